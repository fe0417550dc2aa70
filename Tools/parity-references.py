#!/usr/bin/env python3
"""Write references beside the parity fixtures: real photographs as the reference prepares them, and
pytorch_model.bin files as torch.save writes them.

    parity-references.py OUT_DIR PHOTO...

Needs: torch transformers pillow safetensors.
"""
import os
import sys

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

out, photos = sys.argv[1], sys.argv[2:]


def photographs():
    kinds = {
        "clip": CLIPImageProcessorPil(),
        "vit": ViTImageProcessorPil(),
        "resnet": ConvNextImageProcessorPil(
            size={"shortest_edge": 224}, crop_pct=0.875, image_mean=[0.485, 0.456, 0.406],
            image_std=[0.229, 0.224, 0.225]),
    }
    tensors, paths = {}, {}
    for number, path in enumerate(photos):
        picture = Image.open(path).convert("RGB")
        paths[str(number)] = os.path.abspath(path)
        for kind, prepare in kinds.items():
            values = prepare(picture, return_tensors="pt")["pixel_values"][0]
            tensors[f"out.{kind}.{number}"] = values.float().contiguous()
    folder = os.path.join(out, "photos")
    os.makedirs(folder, exist_ok=True)
    save_file(tensors, os.path.join(folder, "io.safetensors"), metadata=paths)
    print(f"photos: {len(photos)}")


def pickles():
    """The bert fixture again, in every way torch.save stores it; link its inputs and outputs."""
    source = os.path.join(out, "bert")
    weights = load_file(os.path.join(source, "model.safetensors"))
    turned = {k: v.t().contiguous().t() if v.dim() == 2 else v for k, v in weights.items()}
    ways = {
        "bert-zip": (weights, {}),
        "bert-plain": (weights, {"_use_new_zipfile_serialization": False}),
        "bert-turned": (turned, {}),
        "bert-parameters": ({k: torch.nn.Parameter(v) for k, v in weights.items()}, {}),
    }
    for name, (tensors, options) in ways.items():
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        torch.save({"bert." + k: v for k, v in tensors.items()},
                   os.path.join(folder, "pytorch_model.bin"), **options)
        for file in ("config.json", "io.safetensors"):
            link = os.path.join(folder, file)
            if not os.path.exists(link):
                os.symlink(os.path.join("..", "bert", file), link)
        print(name)


photographs()
pickles()
