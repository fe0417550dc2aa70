#!/usr/bin/env python3
"""What `twinlens bench encoders --peer PYTHON` measures beside Twinlens.

Those are PyTorch, ONNX Runtime and OpenVINO at float32, OpenVINO at bfloat16, and ONNX Runtime at
int8 (its dynamic quantisation, weights by output channel).

One request a line on standard input, one JSON object a line as answer:

    load PRECISION NAME  makes the model of a shape and keeps it: {"backends": ["pytorch", ...]}
    time BACKEND N       runs it N times: {"ms": [...]}
    unload               forgets it: {}
    info                 versions: {"pytorch": "...", ...}

so that the program that asks can alternate its own runs with these. Random weights of published
sizes: time does not depend on them. Needs torch, transformers and, for ONNX Runtime's times,
onnxruntime and onnx, for OpenVINO's openvino as well.
"""
import json
import os
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")

import torch
import transformers

try:
    import onnx  # noqa: F401
    import onnxruntime
except ImportError:
    onnxruntime = None

try:
    import openvino
except ImportError:
    openvino = None

THREADS = int(os.environ.get("TWINLENS_THREADS") or os.cpu_count() or 1)
MINILM = dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
BASIC_34 = dict(layer_type="basic", depths=[3, 4, 6, 3], hidden_sizes=[64, 128, 256, 512])


class Field(torch.nn.Module):
    """A model whose forward pass gives one tensor."""

    def __init__(self, model, run):
        super().__init__()
        self.model, self.run = model, run

    def forward(self, x):
        return self.run(self.model, x)


def bert(**sizes):
    model = transformers.BertModel(transformers.BertConfig(**sizes))
    return Field(model, lambda m, ids: m(input_ids=ids).last_hidden_state)


def clip_image():
    model = transformers.CLIPModel(transformers.CLIPConfig())
    return Field(
        model, lambda m, x: m.visual_projection(m.vision_model(pixel_values=x).pooler_output))


def clip_text():
    model = transformers.CLIPModel(transformers.CLIPConfig())
    return Field(model, lambda m, x: m.text_projection(m.text_model(input_ids=x).pooler_output))


def resnet(**sizes):
    model = transformers.ResNetModel(transformers.ResNetConfig(**sizes))
    return Field(model, lambda m, x: m(pixel_values=x).last_hidden_state)


def ids(count, length):
    return torch.randint(5, 30000, (count, length))


def pixels():
    return torch.randn(1, 3, 224, 224)


def lstm():
    model = torch.nn.LSTM(400, 256, bidirectional=True, batch_first=True)
    return Field(model, lambda m, x: m(x)[0]), torch.randn(8, 40, 400)


INFERENCE = {
    "bert-base 1x64": lambda: (bert(), ids(1, 64)),
    "bert-base 16x64": lambda: (bert(), ids(16, 64)),
    "minilm 1x40": lambda: (bert(**MINILM), ids(1, 40)),
    "clip-vit-b32 image": lambda: (clip_image(), pixels()),
    "clip-vit-b32 text 1x40": lambda: (clip_text(), ids(1, 40)),
    "resnet-50": lambda: (resnet(), pixels()),
    "resnet-34": lambda: (resnet(**BASIC_34), pixels()),
    "bilstm 8x40": lstm,
}


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def compiled(path, hint):
    core = openvino.Core()
    # Without a hint OpenVINO would take bfloat16 where the processor has it.
    return core.compile_model(path, "CPU", {
        "INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": THREADS,
        "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1})


def quantized(path, folder):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = os.path.join(folder, "int8.onnx")
    quantize_dynamic(path, target, weight_type=QuantType.QInt8, per_channel=True)
    return target


def inference(model, x, precision):
    model.eval()
    runs = {}
    if precision == "float32":
        def run_torch():
            with torch.inference_mode():
                model(x)

        runs["pytorch"] = run_torch
    feed = {"x": x.numpy()}
    if not onnxruntime:
        return runs
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        with torch.no_grad():
            torch.onnx.export(
                model, (x,), path, input_names=["x"], dynamo=False, opset_version=17)
        if precision == "float32":
            whole = session(path)
            runs["onnxruntime"] = lambda: whole.run(None, feed)
        if precision == "int8":
            small = session(quantized(path, folder))
            runs["onnxruntime-int8"] = lambda: small.run(None, feed)
        if openvino and precision != "int8":
            hint = "f32" if precision == "float32" else "bf16"
            request = compiled(path, hint).create_infer_request()
            name = "openvino" if precision == "float32" else "openvino-bf16"
            runs[name] = lambda: request.infer(feed)
    return runs


def training():
    model = transformers.BertModel(transformers.BertConfig(**MINILM))
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-5)
    x = ids(16, 40)

    def run():
        optimizer.zero_grad()
        model(input_ids=x).last_hidden_state.pow(2).mean().backward()
        optimizer.step()

    return {"pytorch": run}


def load(precision, name):
    if name == "minilm train 16x40":
        return training() if precision == "float32" else {}
    return inference(*INFERENCE[name](), precision)


def main():
    torch.set_num_threads(THREADS)
    # The answers' own stream: exporters print to standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    runs = {}
    for line in sys.stdin:
        verb, _, rest = line.strip().partition(" ")
        try:
            if verb == "load":
                runs = {}
                runs = load(*rest.split(" ", 1))
                for run in runs.values():
                    run()
                    run()
                answer = {"backends": list(runs)}
            elif verb == "time":
                backend, count = rest.split()
                times = []
                for _ in range(int(count)):
                    start = time.perf_counter()
                    runs[backend]()
                    times.append((time.perf_counter() - start) * 1e3)
                # Threads of the runtimes spin for a while and would take a core from whoever is
                # measured next.
                time.sleep(0.05)
                answer = {"ms": times}
            elif verb == "unload":
                runs = {}
                answer = {}
            elif verb == "info":
                answer = {"pytorch": torch.__version__, "threads": str(THREADS)}
                if onnxruntime:
                    answer["onnxruntime"] = onnxruntime.__version__
                if openvino:
                    answer["openvino"] = openvino.__version__.split("-")[0]
            else:
                answer = {"error": "unknown request " + verb}
        except Exception as problem:
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
