"""Golden numbers from PyTorch for the small models of TorchGoldenTest: gradients and losses in double, over 20 AdamW steps.

Run with Debian's python3-torch from this folder:   /usr/bin/python3 torch_golden.py
It writes ../resources/observatory/trainer/cpu/torch-VARIANT.txt. Weights and tokens are drawn by SplitMix64 as in
SplitMix.java, so that nothing but the results has to be kept.
"""
import dataclasses
import math
import pathlib

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY, BATCH = 2, 3, 24, 10, 29, 3
HEAD = WIDTH // HEADS
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


@dataclasses.dataclass(frozen=True)
class Spec:
    norm: str = "layernorm"
    position: str = "learned"
    activation: str = "gelu"
    prefix: bool = False
    tied: bool = False
    qk_norm: bool = False
    z_loss: float = 0.0

    @property
    def gated(self):
        return self.activation in ("geglu", "swiglu")

    @property
    def hidden(self):
        return (8 * WIDTH // 3 + 7) // 8 * 8 if self.gated else 4 * WIDTH


VARIANTS = {
    "layernorm": Spec(),
    "rmsnorm": Spec(norm="rmsnorm"),
    "sinusoidal": Spec(position="sinusoidal"),
    "rotary": Spec(position="rotary"),
    "alibi": Spec(position="alibi"),
    "geglu": Spec(activation="geglu"),
    "swiglu": Spec(activation="swiglu"),
    "squared_relu": Spec(activation="squared_relu"),
    "prefix": Spec(prefix=True),
    "tied": Spec(tied=True),
    "qk_norm": Spec(qk_norm=True),
    "z_loss": Spec(z_loss=0.01),
    "everything": Spec("rmsnorm", "rotary", "swiglu", True, True, True, 0.01),
}


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def uniform(stream, counter):
    bits = mix((mix((stream + GOLDEN) & MASK) + (counter + 1) * GOLDEN) & MASK)
    return (bits >> 11) * 2.0**-53


def parameters(spec):
    """Names and shapes in the order of the forward pass."""
    def gain_and_bias(name):
        return [(name + ".gain", (1, WIDTH))] + ([(name + ".bias", (1, WIDTH))] if spec.norm == "layernorm" else [])

    listed = [("-1/embedding.token", (VOCABULARY, WIDTH))]
    if spec.position == "learned":
        listed += [("-1/embedding.position", (CONTEXT, WIDTH))]
    for layer in range(LAYERS):
        at = f"{layer}/"
        listed += gain_and_bias(at + "attention.norm")
        listed += [(at + "attention.qkv", (3 * WIDTH, WIDTH)), (at + "attention.out", (WIDTH, WIDTH))]
        if spec.qk_norm:
            listed += [(at + "attention.query_norm.gain", (1, HEAD)), (at + "attention.key_norm.gain", (1, HEAD))]
        listed += gain_and_bias(at + "mlp.norm")
        projected = 2 * spec.hidden if spec.gated else spec.hidden
        listed += [(at + "mlp.up", (projected, WIDTH)), (at + "mlp.down", (WIDTH, spec.hidden))]
    return listed + gain_and_bias("-1/final.norm") + ([] if spec.tied else [("-1/unembedding", (VOCABULARY, WIDTH))])


def draw(spec):
    weights = {}
    for p, (name, (rows, columns)) in enumerate(parameters(spec)):
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


def sinusoids():
    places = torch.arange(CONTEXT)[:, None] / 10_000 ** (torch.arange(0, WIDTH, 2) / WIDTH)
    return 0.02 * math.sqrt(2) * torch.stack([places.sin(), places.cos()], -1).reshape(CONTEXT, WIDTH)


def rotate(x):
    """(B, H, T, d): the halves of a head are the two coordinates of d/2 points."""
    angles = torch.arange(CONTEXT)[:, None] * 10_000 ** (-torch.arange(HEAD // 2) / (HEAD // 2))
    a, b = x.chunk(2, -1)
    return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)


def alibi():
    # The paper's slopes for 3 heads: those of 2 heads, and the first of the odd ones of 4.
    slopes = torch.tensor([2.0**-4, 2.0**-8, 2.0**-2])
    places = torch.arange(CONTEXT)
    return -slopes[:, None, None] * (places[:, None] - places[None, :]).abs()


def prefixes(spec):
    return [1 + (3 * row + 2) % (CONTEXT - 1) if spec.prefix else 0 for row in range(BATCH)]


def losses_of(spec, w, inputs, targets):
    """Cross-entropy, and what is trained on: with z-loss."""
    x = w["-1/embedding.token"][inputs]
    if spec.position == "learned":
        x = x + w["-1/embedding.position"]
    if spec.position == "sinusoidal":
        x = x + sinusoids()
    mask = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).tril().repeat(BATCH, 1, 1, 1)
    for row, prefix in enumerate(prefixes(spec)):
        mask[row, :, :prefix, :prefix] = True
    for layer in range(LAYERS):
        at = f"{layer}/"
        q, k, v = (normalise(x, w, at + "attention.norm") @ w[at + "attention.qkv"].T).split(WIDTH, -1)
        q, k, v = (t.reshape(BATCH, CONTEXT, HEADS, -1).transpose(1, 2) for t in (q, k, v))
        if spec.qk_norm:
            q, k = (t * torch.rsqrt((t * t).mean(-1, keepdim=True) + 1e-5) * w[at + f"attention.{n}_norm.gain"][0]
                    for t, n in ((q, "query"), (k, "key")))
        if spec.position == "rotary":
            q, k = rotate(q), rotate(k)
        scores = q @ k.transpose(-1, -2) / math.sqrt(HEAD)
        if spec.position == "alibi":
            scores = scores + alibi()
        scores = scores.masked_fill(~mask, -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH)
        x = x + mixed @ w[at + "attention.out"].T
        up = normalise(x, w, at + "mlp.norm") @ w[at + "mlp.up"].T
        gate, value = up.chunk(2, -1) if spec.gated else (up, 1)
        activation = {
            "gelu": lambda t: F.gelu(t, approximate="tanh"),
            "geglu": lambda t: F.gelu(t, approximate="tanh"),
            "swiglu": F.silu,
            "squared_relu": lambda t: F.relu(t).square(),
        }[spec.activation]
        x = x + (activation(gate) * value) @ w[at + "mlp.down"].T
    table = "-1/embedding.token" if spec.tied else "-1/unembedding"
    logits = normalise(x, w, "-1/final.norm") @ w[table].T
    tokens = F.cross_entropy(logits.reshape(-1, VOCABULARY), targets.reshape(-1), reduction="none")
    tokens = tokens.reshape(BATCH, CONTEXT)
    squares = logits.logsumexp(-1).square()
    firsts = [max(0, prefix - 1) for prefix in prefixes(spec)]
    entropy = sum(tokens[row, first:].mean() for row, first in enumerate(firsts)) / BATCH
    z = sum(squares[row, first:].mean() for row, first in enumerate(firsts)) / BATCH
    return entropy, entropy + spec.z_loss * z


def main():
    draws = [uniform(5, i) for i in range(2 * BATCH * CONTEXT)]
    inputs = torch.tensor([int(u * VOCABULARY) for u in draws[0::2]]).reshape(BATCH, CONTEXT)
    targets = torch.tensor([int(u * VOCABULARY) for u in draws[1::2]]).reshape(BATCH, CONTEXT)
    folder = pathlib.Path(__file__).resolve().parent.parent / "resources/observatory/trainer/cpu"
    for variant, spec in VARIANTS.items():
        w = draw(spec)
        lines = [f"torch {torch.__version__}"]
        losses_of(spec, w, inputs, targets)[1].backward()
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
            entropy, loss = losses_of(spec, w, inputs, targets)
            lines.append(f"loss {entropy.item():.17g}")
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(w.values()), 1.0)
            adam.step()
        (folder / f"torch-{variant}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
