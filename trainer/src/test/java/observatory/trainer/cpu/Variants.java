package observatory.trainer.cpu;

import java.util.ArrayList;
import java.util.List;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Activation;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Objective;
import observatory.trainer.ModelSpec.Position;

/** Every option of a model at least once, and all of them together. */
final class Variants {
    private Variants() {}

    static List<ModelSpec> of(ModelSpec base) {
        List<ModelSpec> all = new ArrayList<>();
        for (Norm norm : Norm.values()) {
            all.add(new ModelSpec(base.layers(), base.heads(), base.width(), base.context(), base.vocabulary(), norm));
        }
        for (Position position : Position.values()) {
            all.add(base.with(position));
        }
        for (Activation activation : Activation.values()) {
            all.add(base.with(activation));
        }
        all.add(base.with(Objective.PREFIX));
        all.add(base.with(Objective.PREFIX).with(Position.ALIBI));
        all.add(base.withTied(true));
        all.add(base.withQkNorm(true));
        all.add(base.withZLoss(0.01));
        all.add(base.with(Position.ROTARY)
                .with(Activation.SWIGLU)
                .with(Objective.PREFIX)
                .withTied(true)
                .withQkNorm(true)
                .withZLoss(0.01));
        return all.stream().distinct().toList();
    }
}
