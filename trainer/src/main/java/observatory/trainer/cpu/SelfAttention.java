package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/** Projections around the attention of one layer: queries, keys and values, their norm and rotation, and the output. */
final class SelfAttention {
    private final int layer;
    private final Operations ops;
    private final Parameter qkvWeight; // (3C, C)
    private final Parameter outWeight; // (C, C)
    private final QkNorm qkNorm; // null without
    private final Rotary rotary; // null without
    private final Attention attention;
    private final Tensor qkv; // (B·T, 3C), as attention reads it
    private final Tensor mixed; // (B·T, C)

    SelfAttention(Arena arena, ModelSpec spec, int layer, int sequences, Operations ops) {
        int c = spec.width();
        int rows = sequences * spec.context();
        this.layer = layer;
        this.ops = ops;
        this.qkvWeight = new Parameter(arena, new Parameter.Named(layer, "attention.qkv"), 3 * c, c);
        this.outWeight = new Parameter(arena, new Parameter.Named(layer, "attention.out"), c, c);
        this.qkNorm = spec.qkNorm() ? new QkNorm(ops.workers(), arena, spec, layer, rows) : null;
        this.rotary = spec.position() == ModelSpec.Position.ROTARY ? new Rotary(ops.workers(), arena, spec) : null;
        this.attention = new Attention(ops, arena, spec, sequences);
        this.qkv = Tensor.zeros(arena, rows, 3 * c);
        this.mixed = Tensor.zeros(arena, rows, c);
    }

    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(List.of(qkvWeight, outWeight));
        if (qkNorm != null) {
            all.addAll(qkNorm.parameters());
        }
        return all;
    }

    /** Sets y, (B·T, C), from x, (B·T, C). */
    void forward(Tensor x, TokenBatch batch, Tensor y) {
        Tensor joint = qkv.top(x.rows());
        Tensor mix = mixed.top(x.rows());
        Measuring measuring = ops.lines().measuring(Hook.QKV, layer, Linear.parts(joint.rows()));
        ops.linear().forward(x, qkvWeight.working(), joint, measuring);
        ops.lines().pass(Hook.QKV, layer, joint, measuring);
        if (qkNorm != null) {
            qkNorm.forward(joint);
            ops.rounding().round(joint);
        }
        if (rotary != null) {
            rotary.forward(joint, batch.context());
            ops.rounding().round(joint);
        }
        attention.forward(layer, joint, batch, mix);
        ops.rounding().round(mix);
        measuring = ops.lines().measuring(Hook.ATTENTION_OUT, layer, Linear.parts(y.rows()));
        ops.linear().forward(mix, outWeight.working(), y, measuring);
        ops.lines().pass(Hook.ATTENTION_OUT, layer, y, measuring);
    }

    /** From dy, (B·T, C), and the x of the forward pass sets dx, (B·T, C); uses dx on its way. */
    void backward(Tensor dy, Tensor x, TokenBatch batch, float keep, Tensor dx) {
        Tensor joint = qkv.top(x.rows());
        Tensor dJoint = ops.triple().top(x.rows());
        ops.linear().backwardWeight(dy, mixed.top(x.rows()), keep, outWeight.gradient());
        ops.linear().backwardInput(dy, outWeight.working(), 0, dx);
        ops.rounding().round(dx);
        attention.backward(dx, joint, batch, dJoint);
        ops.rounding().round(dJoint);
        if (rotary != null) {
            rotary.backward(dJoint, batch.context());
            ops.rounding().round(dJoint);
        }
        if (qkNorm != null) {
            qkNorm.backward(dJoint, keep);
            ops.rounding().round(dJoint);
        }
        ops.linear().backwardWeight(dJoint, x, keep, qkvWeight.gradient());
        ops.linear().backwardInput(dJoint, qkvWeight.working(), 0, dx);
        ops.rounding().round(dx);
    }
}
