"""Golden numbers from PyTorch for the small model of TorchGoldenTest: losses and gradients in double, and 20 AdamW steps.

Run with Debian's python3-torch from this folder:   /usr/bin/python3 torch_golden.py
It writes ../resources/observatory/trainer/cpu/torch-{layernorm,rmsnorm}.txt. Weights and tokens are drawn by SplitMix64
as in SplitMix.java, so that nothing but the results has to be kept.
"""
import math
import pathlib

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY, BATCH = 2, 3, 24, 10, 29, 3
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def uniform(stream, counter):
    bits = mix((mix((stream + GOLDEN) & MASK) + (counter + 1) * GOLDEN) & MASK)
    return (bits >> 11) * 2.0**-53


def parameters(norm):
    """Names and shapes in the order of the forward pass."""
    def gain_and_bias(name):
        return [(name + ".gain", (1, WIDTH))] + ([(name + ".bias", (1, WIDTH))] if norm == "layernorm" else [])

    listed = [("-1/embedding.token", (VOCABULARY, WIDTH)), ("-1/embedding.position", (CONTEXT, WIDTH))]
    for layer in range(LAYERS):
        at = f"{layer}/"
        listed += gain_and_bias(at + "attention.norm")
        listed += [(at + "attention.qkv", (3 * WIDTH, WIDTH)), (at + "attention.out", (WIDTH, WIDTH))]
        listed += gain_and_bias(at + "mlp.norm")
        listed += [(at + "mlp.up", (4 * WIDTH, WIDTH)), (at + "mlp.down", (WIDTH, 4 * WIDTH))]
    return listed + gain_and_bias("-1/final.norm") + [("-1/unembedding", (VOCABULARY, WIDTH))]


def draw(norm):
    weights = {}
    for p, (name, (rows, columns)) in enumerate(parameters(norm)):
        centre = 1.0 if name.endswith("gain") else 0.0
        values = [centre + (uniform(1000 + p, i) - 0.5) / 2 for i in range(rows * columns)]
        # Through float, because the trainer keeps its weights in float.
        drawn = torch.tensor(values, dtype=torch.float32).to(torch.float64).reshape(rows, columns)
        weights[name] = drawn.requires_grad_(True)
    return weights


def normalise(x, w, name):
    gain = w[name + ".gain"][0]
    if name + ".bias" in w:
        return F.layer_norm(x, (WIDTH,), gain, w[name + ".bias"][0], 1e-5)
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5) * gain


def loss_of(w, inputs, targets):
    x = w["-1/embedding.token"][inputs] + w["-1/embedding.position"]
    mask = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).tril()
    for layer in range(LAYERS):
        at = f"{layer}/"
        q, k, v = (normalise(x, w, at + "attention.norm") @ w[at + "attention.qkv"].T).split(WIDTH, -1)
        q, k, v = (t.reshape(BATCH, CONTEXT, HEADS, -1).transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)).masked_fill(~mask, -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH)
        x = x + mixed @ w[at + "attention.out"].T
        up = normalise(x, w, at + "mlp.norm") @ w[at + "mlp.up"].T
        x = x + F.gelu(up, approximate="tanh") @ w[at + "mlp.down"].T
    logits = normalise(x, w, "-1/final.norm") @ w["-1/unembedding"].T
    return F.cross_entropy(logits.reshape(-1, VOCABULARY), targets.reshape(-1))


def main():
    draws = [uniform(5, i) for i in range(2 * BATCH * CONTEXT)]
    inputs = torch.tensor([int(u * VOCABULARY) for u in draws[0::2]]).reshape(BATCH, CONTEXT)
    targets = torch.tensor([int(u * VOCABULARY) for u in draws[1::2]]).reshape(BATCH, CONTEXT)
    folder = pathlib.Path(__file__).resolve().parent.parent / "resources/observatory/trainer/cpu"
    for norm in ("layernorm", "rmsnorm"):
        w = draw(norm)
        lines = [f"torch {torch.__version__}"]
        loss = loss_of(w, inputs, targets)
        loss.backward()
        for name, tensor in w.items():
            g = tensor.grad.flatten()
            middle = g.numel() // 2
            lines.append(f"gradient {name} {g.norm().item():.17g} {g[0].item():.17g} {g[middle].item():.17g}")
        total = math.sqrt(sum(t.grad.pow(2).sum().item() for t in w.values()))
        lines.append(f"norm {total:.17g}")
        groups = [
            {"params": [t for t in w.values() if t.shape[0] > 1], "weight_decay": 0.1},
            {"params": [t for t in w.values() if t.shape[0] == 1], "weight_decay": 0.0},
        ]
        adam = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
        for _ in range(20):
            adam.zero_grad()
            loss = loss_of(w, inputs, targets)
            lines.append(f"loss {loss.item():.17g}")
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(w.values()), 1.0)
            adam.step()
        (folder / f"torch-{norm}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
