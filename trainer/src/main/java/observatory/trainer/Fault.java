package observatory.trainer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import observatory.probe.Hook;
import observatory.trainer.fault.AdamConstants;
import observatory.trainer.fault.BitFlip;
import observatory.trainer.fault.ConstantRate;
import observatory.trainer.fault.Damage;
import observatory.trainer.fault.DeadUnits;
import observatory.trainer.fault.FirstBatchAgain;
import observatory.trainer.fault.ForeignTokens;
import observatory.trainer.fault.GrowingQueries;
import observatory.trainer.fault.LastRankDiffers;
import observatory.trainer.fault.LossScaleOf;
import observatory.trainer.fault.NoiseTokens;
import observatory.trainer.fault.OneNaN;
import observatory.trainer.fault.OutlierFeature;
import observatory.trainer.fault.Pathology;
import observatory.trainer.fault.RateTimes;
import observatory.trainer.fault.RepeatedToken;
import observatory.trainer.fault.ShuffledTokens;
import observatory.trainer.fault.SmallestSourceAlone;

/** A planned pathology: a kind and the step it begins at, counted from 1, written {@code KIND@STEP}. */
public record Fault(Kind kind, long step) {
    public static final Fault NONE = new Fault(Kind.NONE, Long.MAX_VALUE);

    /** What can be broken on purpose, and for how many steps. */
    public enum Kind {
        NONE(0, Pathology.None.NONE),
        BAD_BATCH(4, new NoiseTokens()),
        REPEATED_TOKEN(4, new RepeatedToken()),
        SHUFFLED_BYTES(4, new ShuffledTokens()),
        FOREIGN_SOURCE(8, new ForeignTokens()),
        DUPLICATE_DATA(40, new FirstBatchAgain()),
        MIXTURE_SHIFT(Long.MAX_VALUE, new SmallestSourceAlone()),
        LR_SURGE(10, new RateTimes(50)),
        SLOW_DIVERGENCE(Long.MAX_VALUE, new ConstantRate(10)),
        ADAM_EPSILON(Long.MAX_VALUE, AdamConstants.epsilonOf(1e-2f)),
        ADAM_BETA2(Long.MAX_VALUE, AdamConstants.beta2Of(0.1f)),
        BIT_FLIP(1, new BitFlip()),
        DEAD_UNITS(1, new DeadUnits()),
        ATTENTION_LOGITS(20, new GrowingQueries(1.5f)),
        RANK_DIVERGENCE(1, new LastRankDiffers()),
        FP16_OVERFLOW(4, new OutlierFeature()),
        NAN(1, new OneNaN()),
        STUCK_LOSS_SCALE(Long.MAX_VALUE, new LossScaleOf(1));

        private final long lasts;
        private final Pathology pathology;

        Kind(long lasts, Pathology pathology) {
            this.lasts = lasts;
            this.pathology = pathology;
        }

        public Pathology pathology() {
            return pathology;
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /**
         * Whether the machine does it, once, and not the program: what runs the same steps again does
         * not meet it again.
         */
        public boolean accident() {
            return this == BIT_FLIP || this == RANK_DIVERGENCE;
        }

        /** Whether it shows in an fp16 run alone. */
        public boolean needsHalf() {
            return this == FP16_OVERFLOW || this == STUCK_LOSS_SCALE;
        }
    }

    /** Reads {@code none} or {@code KIND@STEP}. */
    public static Fault parse(String text) {
        if (text.equals(Kind.NONE.label())) {
            return NONE;
        }
        int at = text.indexOf('@');
        for (Kind kind : Kind.values()) {
            if (kind != Kind.NONE && at > 0 && kind.label().equals(text.substring(0, at))) {
                return new Fault(kind, step(text, at));
            }
        }
        throw new IllegalArgumentException(
                "a fault is none or KIND@STEP with KIND one of " + kinds() + ": " + text + "; try bad-batch@200");
    }

    /** Whether a step lies inside the fault. */
    public boolean active(long now) {
        return now >= step && now - step < kind.lasts;
    }

    /** What passes a hook of a layer damaged in this step; faults strike the middle layer. */
    public Optional<Damage> damage(Hook hook, int layer, ModelSpec model, long now) {
        return kind.pathology instanceof Pathology.InActivations fault
                        && active(now)
                        && layer == model.layers() / 2
                        && hook == fault.hook()
                ? Optional.of(fault.damage())
                : Optional.empty();
    }

    @Override
    public String toString() {
        return kind == Kind.NONE ? kind.label() : kind.label() + "@" + step;
    }

    private static long step(String text, int at) {
        try {
            long step = Long.parseLong(text.substring(at + 1));
            if (step >= 1) {
                return step;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw new IllegalArgumentException(
                "the step of a fault counts from 1: " + text + "; try " + text.substring(0, at) + "@200");
    }

    /** All kinds by name, for messages and help. */
    public static String kinds() {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.NONE)
                .map(Kind::label)
                .collect(Collectors.joining(", "));
    }
}
