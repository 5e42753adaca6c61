"""A tiny byte-level BPE trained by Hugging Face's tokenizers, and what it makes of some text.

Run with a Python that has the tokenizers package, from this folder:   python bpe_golden.py
It writes ../resources/observatory/trainer/bpe-{vocab.json,merges.txt,golden.txt}; a line of the last is the text as a
JSON string, a tab, and its ids.
"""
import json
import pathlib

from tokenizers import ByteLevelBPETokenizer

LEARNT = [
    "The loss spiked at step 200, and the gradient norm had risen three steps before.",
    "the learning rate, the loss scale and the batch: the loss of the step is the mean of the losses",
    "public static final double LOSS = 1e-4; // the loss's gradient isn't finite, it'll be skipped",
    "Größe Übermaß naïve café 学习率 学习 损失函数",
] * 4
TEXTS = LEARNT[:4] + [
    "they've said  it's \t fine\n\n  and we'd go on 12345 times!!!",
    "emoji 🙂 and ｆｕｌｌ　ｗｉｄｔｈ, nbsp\u00a0here, ²³½",
    " leading and trailing  ",
    "\r\nCRLF\r\n\u0085next",
    "",
]
folder = pathlib.Path(__file__).resolve().parent.parent / "resources/observatory/trainer"
tokenizer = ByteLevelBPETokenizer()
tokenizer.train_from_iterator(LEARNT, vocab_size=400, min_frequency=2, show_progress=False)
tokenizer.save_model(str(folder), "bpe")
lines = [json.dumps(text) + "\t" + " ".join(map(str, tokenizer.encode(text).ids)) for text in TEXTS]
(folder / "bpe-golden.txt").write_text("\n".join(lines) + "\n")
