"""Writes the two small token classifiers of Tests/ExtractorsTests/TokenClassifiers with transformers,
and in io.json what transformers answers: pieces, scores, and attentions of the first text.

    python3 Tools/token-classifiers.py Tests/ExtractorsTests/TokenClassifiers
"""
import os; os.environ["HF_HUB_DISABLE_PROGRESS_BARS"]="1"
import json, shutil, sys, torch, transformers
from transformers import (BertConfig, BertForTokenClassification, BertTokenizerFast,
  RobertaConfig, RobertaForTokenClassification, RobertaTokenizerFast, AutoTokenizer, AutoModelForTokenClassification)
torch.set_num_threads(1)
R=sys.argv[1]
shutil.rmtree(R, ignore_errors=True)
def finish(d, cls, tok, cfg, cases, extra):
    torch.manual_seed(7)
    m=cls(cfg).eval()
    # the library starts all biases at 0 and LayerNorm at 1/0: vary them too (drawn after the seeded weights)
    with torch.no_grad():
        for n,p in m.named_parameters():
            if n.endswith(".bias") or "LayerNorm.weight" in n: p.add_(torch.randn_like(p)*0.2)
        # centre each label's logit over all the cases' pieces, so that the best label varies
        lg=torch.cat([m(**tok(w,is_split_into_words=True,return_tensors="pt")).logits[0] for w in cases])
        m.classifier.bias.sub_(lg.mean(0))
    m.save_pretrained(d); tok.save_pretrained(d)
    print(d,"saved by lib:",sorted(os.listdir(d)))
    for n,t in extra.items():
        p=os.path.join(d,n)
        if not os.path.exists(p): open(p,"w",encoding="utf-8").write(t); print("hand-written:",n)
    # reload from disk, so io.json is what the files on disk give
    tok=AutoTokenizer.from_pretrained(d)
    m=cls.from_pretrained(d,attn_implementation="eager").eval()
    out=[]
    for i,w in enumerate(cases):
        e=tok(w,is_split_into_words=True,return_tensors="pt")
        with torch.no_grad(): o=m(**e,output_attentions=(i==0))
        c={"words":w,"ids":e["input_ids"][0].tolist(),"word_ids":e.word_ids(0),"logits":o.logits[0].tolist()}
        if i==0: c["attentions"]=[a[0].tolist() for a in o.attentions]
        out.append(c)
        print(w,tok.convert_ids_to_tokens(c["ids"]),c["word_ids"],[m.config.id2label[k] for k in o.logits[0].argmax(-1).tolist()], list(e.keys()))
    json.dump(out,open(d+"/io.json","w")); [os.chmod(os.path.join(d,f),0o644) for f in os.listdir(d)]
ids=lambda l:dict(id2label=dict(enumerate(l)),label2id={x:i for i,x in enumerate(l)})

# BERT
d=R+"/bert"; os.makedirs(d)
V="[PAD] [UNK] [CLS] [SEP] [MASK] ann bob works at acme in paris lives and ##ville ##s the a . , b c e m n o r t ##a ##b ##c ##e ##i ##l ##m ##n ##o ##r ##t ##y".split()
assert len(V)==len(set(V))==40,len(V)
vt="\n".join(V)+"\n"; open(d+"/vocab.txt","w").write(vt)
tok=BertTokenizerFast(vocab={t:i for i,t in enumerate(V)},do_lower_case=True,model_max_length=24)
assert tok.vocab_size==40 and len(tok)==40 and tok.convert_tokens_to_ids(V)==list(range(40)),(tok.vocab_size,len(tok))
stm={"unk_token":"[UNK]","sep_token":"[SEP]","pad_token":"[PAD]","cls_token":"[CLS]","mask_token":"[MASK]"}
finish(d,BertForTokenClassification,tok,BertConfig(vocab_size=40,hidden_size=16,num_hidden_layers=2,num_attention_heads=2,intermediate_size=32,max_position_embeddings=24,initializer_range=0.5,**ids(["O","B-PER","I-PER","B-LOC","I-LOC"])),
 [["Ann","lives","in","Parisville","."],["Bob"],["Zoë","works","at","Acme"],["Ann","and","Bob","works","at","the","Tomcat","Acme."]],
 {"special_tokens_map.json":json.dumps(stm,indent=2)+"\n"})

# RoBERTa
d=R+"/roberta"; os.makedirs(d)
import string
M=[("Ġ","A"),("n","n"),("ĠA","nn"),("Ġ","B"),("o","b"),("ĠB","ob"),("Ġ","w"),("o","r"),("Ġw","or"),("Ġ","a"),("Ġa","t"),("c","m"),("m","e"),("Ġ","i"),("Ġi","n")]
RV=["<s>","<pad>","</s>","<unk>"]+list(string.ascii_lowercase)+list(string.ascii_uppercase)+["Ġ","."]
for a,b in M:
    assert a in RV and b in RV,(a,b); RV.append(a+b)
RV.append("<mask>"); assert len(RV)==len(set(RV)); n=len(RV)
vd={t:i for i,t in enumerate(RV)}
vj=json.dumps(vd,ensure_ascii=False)+"\n"; mt="#version: 0.2\n"+"".join(f"{a} {b}\n" for a,b in M)
open(d+"/vocab.json","w",encoding="utf-8").write(vj); open(d+"/merges.txt","w",encoding="utf-8").write(mt)
from tokenizers import AddedToken
tok=RobertaTokenizerFast(vocab=vd,merges=M,add_prefix_space=True,model_max_length=24,mask_token=AddedToken("<mask>",lstrip=True,normalized=False,special=True))
assert len(tok)==n==tok.vocab_size and tok.convert_tokens_to_ids(RV)==list(range(n)),(len(tok),n)
stm={"bos_token":"<s>","eos_token":"</s>","unk_token":"<unk>","sep_token":"</s>","pad_token":"<pad>","cls_token":"<s>","mask_token":{"content":"<mask>","lstrip":True,"normalized":False,"rstrip":False,"single_word":False}}
finish(d,RobertaForTokenClassification,tok,RobertaConfig(vocab_size=n,hidden_size=16,num_hidden_layers=2,num_attention_heads=2,intermediate_size=32,max_position_embeddings=26,pad_token_id=1,bos_token_id=0,eos_token_id=2,type_vocab_size=1,layer_norm_eps=1e-5,initializer_range=0.5,**ids(["B-ORG","I-ORG","E-ORG","S-ORG","O","S-PER","B-PER","I-PER","E-PER"])),
 [["Ann","works","at","Acme","."],["Bob"],["Zoë","in","7"],["Ann","at","Bob.","in","a","ob","I","."]],
 {"special_tokens_map.json":json.dumps(stm,indent=2)+"\n","vocab.json":vj,"merges.txt":mt})
