# The parts of the embedded sample and what each is built on. Scripts/make-samples runs it, several
# parts at once; what is finished is not made again.
#
#   PROGRAM   the built twinlens
#   ASIDE     the folder that all is made in

models := $(ASIDE)/models
model = $(models)/$(1)/config.json
encoder := $(ASIDE)/bert-harbor
protocol = $(ASIDE)/$(1)/tables.json
started := $(shell date +%s)

# $(call step,NAME,COMMAND): NAME.log has what the command says.
define step
@mkdir -p "$(ASIDE)/logs"
@echo "== $$(date +%H:%M:%S) $(1) begins"
@$(2) >"$(ASIDE)/logs/$(1).log" 2>&1 || \
  { echo "$(1) failed:"; tail -n 5 "$(ASIDE)/logs/$(1).log"; exit 1; } >&2
@touch "$(ASIDE)/logs/$(1).done"
@echo "== $$(date +%H:%M:%S) $(1) is done: $$(ls "$(ASIDE)/logs" | grep -c '.done$$') of $(words $(parts)) parts, $$(( ($$(date +%s) - $(started)) / 60 )) min"
endef

# The longest first: what runs last should be short.
experts := focalmre mkgformer imm i2srm hvpnet maf umt bert-crf
parts := $(encoder)/config.json $(call protocol,bert-crf-umt) $(call protocol,mtb-mega-lite) \
  $(foreach name,resnet-harbor clip-harbor bilstm-crf riva riva-ungated rds rds-ungated $(experts),$(call model,$(name)))
.PHONY: all
all: $(parts)

# Models learn from thousands of generated posts, of which none is kept.
$(encoder)/config.json:
	$(call step,encoder,$(PROGRAM) train encoder --out $(encoder))

harbor = $(call step,$(1),$(PROGRAM) train harbor $(1) --models $(models))
$(call model,resnet-harbor):
	$(call harbor,resnet-harbor)
$(call model,clip-harbor): $(call model,resnet-harbor)
	$(call harbor,clip-harbor)
$(call model,bilstm-crf) $(call model,riva) $(call model,riva-ungated): $(call model,clip-harbor)
	$(call harbor,$(notdir $(@D)))
$(call model,rds): $(call model,bilstm-crf) $(call model,riva)
	$(call harbor,rds)
$(call model,rds-ungated): $(call model,bilstm-crf) $(call model,riva-ungated)
	$(call harbor,rds-ungated)

# Through the whole of RDS's protocol.
built := --encoder $(encoder) --pictures $(models)/resnet-harbor
dual := --dual $(models)/clip-harbor
routing = $(call step,$(2)-$(3),$(PROGRAM) rds run --task $(1) --text $(2) --multimodal $(3) \
  $(built) $(dual) --out $(ASIDE)/$(2)-$(3))
$(call protocol,bert-crf-umt): $(encoder)/config.json $(call model,clip-harbor)
	$(call routing,ner,bert-crf,umt)
$(call protocol,mtb-mega-lite): $(encoder)/config.json $(call model,clip-harbor)
	$(call routing,re,mtb,mega-lite)

# Experts of other papers, on all of the drawn posts.
expert = $(call step,$(1),$(PROGRAM) train $(1) --encoder $(encoder) --dataset harbor --models $(models) $(2))
$(foreach name,$(experts),$(call model,$(name))): $(encoder)/config.json $(call model,clip-harbor)
pictures := --pictures $(models)/resnet-harbor
$(call model,focalmre):
	$(call expert,focalmre,$(pictures) $(dual) --epochs 3)
$(call model,mkgformer):
	$(call expert,mkgformer,$(pictures) $(dual) --epochs 4)
# As the text encoder was pretrained.
$(call model,imm):
	$(call expert,imm,$(pictures) $(dual) --epochs 4 --norm post)
$(call model,hvpnet):
	$(call expert,hvpnet,$(pictures) --epochs 5)
$(call model,i2srm) $(call model,maf) $(call model,umt):
	$(call expert,$(notdir $(@D)),$(pictures) --epochs 4)
$(call model,bert-crf):
	$(call expert,bert-crf,--epochs 4)
