"""How fast PyTorch trains the same shape on the same machine, one JSON line on standard output.

python3 torch_speed.py LAYERS HEADS WIDTH CONTEXT VOCABULARY BATCH TIED(0|1) THREADS STEPS
Whole AdamW steps with clipping, in fp32, with PyTorch's own fused attention where it has one (2.0 and later); medians over the steps.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

layers, heads, width, context, vocabulary, batch, tied, threads, steps = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)


future = torch.full((context, context), float("-inf")).triu(1)


def attention(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return (q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + future).softmax(-1) @ v


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.qkv = torch.nn.Linear(width, 3 * width, bias=False)
        self.out = torch.nn.Linear(width, width, bias=False)
        self.up = torch.nn.Linear(width, 4 * width, bias=False)
        self.down = torch.nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        q, k, v = (t.view(batch, context, heads, -1).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(width, -1))
        mixed = attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, context, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocabulary, width)
        self.places = torch.nn.Embedding(context, width)
        self.blocks = torch.nn.Sequential(*(Block() for _ in range(layers)))
        self.norm = torch.nn.LayerNorm(width)
        self.head = torch.nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.tokens.weight

    def forward(self, ids):
        x = self.tokens(ids) + self.places.weight
        return self.head(self.norm(self.blocks(x)))


model = Gpt()
adam = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1)
ids = torch.randint(vocabulary, (batch, context))
targets = torch.randint(vocabulary, (batch, context))
wall, cpu = [], []
for step in range(2 * steps):
    began, cpu_began = time.perf_counter(), time.process_time()
    adam.zero_grad(set_to_none=True)
    F.cross_entropy(model(ids).view(-1, vocabulary), targets.view(-1)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adam.step()
    if step >= steps:
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - cpu_began)
tokens = batch * context
print(json.dumps({
    "torch": torch.__version__,
    "tokensPerSecond": tokens / statistics.median(wall),
    "tokensPerCpuSecond": tokens / statistics.median(cpu),
}))
