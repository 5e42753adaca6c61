"""Trains a model from given weights on given tokens in PyTorch, in fp32, and prints the loss of every step, one a line.

python3 torch_curve.py FOLDER     on the GPU where PyTorch finds one, else on the CPU; FOLDER holds
  shape.txt    layers heads width context vocabulary sequences steps rate beta1 beta2 epsilon decay clip
  names.txt    name, rows and columns of each weight, one a line
  weights.bin  the weights in that order, float32, little-endian
  tokens.bin   of each step the inputs, then the targets, int32, little-endian
"""
import math
import pathlib
import sys

import torch
import torch.nn.functional as F

folder = pathlib.Path(sys.argv[1])
numbers = (folder / "shape.txt").read_text().split()
layers, heads, width, context, vocabulary, sequences, steps = map(int, numbers[:7])
rate, beta1, beta2, epsilon, decay, clip = map(float, numbers[7:])
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def read(name, type):
    return torch.frombuffer(bytearray((folder / name).read_bytes()), dtype=type).to(device)


w = {}
at = 0
everything = read("weights.bin", torch.float32)
for line in (folder / "names.txt").read_text().splitlines():
    name, rows, columns = line.split()
    count = int(rows) * int(columns)
    w[name] = everything[at:at + count].reshape(int(rows), int(columns)).clone().requires_grad_(True)
    at += count
tokens = read("tokens.bin", torch.int32).long().reshape(steps, 2, sequences, context)
future = torch.ones(context, context, dtype=torch.bool, device=device).triu(1)


def normalise(x, name):
    return F.layer_norm(x, (width,), w[name + ".gain"][0], w[name + ".bias"][0], 1e-5)


def loss_of(inputs, targets):
    x = w["embedding.token"][inputs] + w["embedding.position"]
    for layer in range(layers):
        of = f"layers.{layer}."
        q, k, v = (t.reshape(sequences, context, heads, -1).transpose(1, 2)
                   for t in (normalise(x, of + "attention.norm") @ w[of + "attention.qkv"].T).split(width, -1))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(width // heads)).masked_fill(future, -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(sequences, context, width)
        x = x + mixed @ w[of + "attention.out"].T
        up = normalise(x, of + "mlp.norm") @ w[of + "mlp.up"].T
        x = x + F.gelu(up, approximate="tanh") @ w[of + "mlp.down"].T
    logits = normalise(x, "final.norm") @ w["unembedding"].T
    return F.cross_entropy(logits.reshape(-1, vocabulary), targets.reshape(-1))


adam = torch.optim.AdamW(
    [
        {"params": [t for t in w.values() if t.shape[0] > 1], "weight_decay": decay},
        {"params": [t for t in w.values() if t.shape[0] == 1], "weight_decay": 0.0},
    ],
    lr=rate, betas=(beta1, beta2), eps=epsilon)
for step in range(steps):
    adam.zero_grad()
    loss = loss_of(tokens[step, 0], tokens[step, 1])
    print(repr(loss.item()))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(w.values()), clip)
    adam.step()
print("torch", torch.__version__, device, file=sys.stderr)
