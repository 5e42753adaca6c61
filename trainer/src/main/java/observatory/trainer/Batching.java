package observatory.trainer;

/**
 * How a step's sequences are made up: how many, how many at once, over how many ranks, and how both their number and
 * their length grow at the start of a run.
 *
 * @param sequences sequences of a full step, over all ranks
 * @param micro sequences of one forward pass; gradients are accumulated over as many passes as it takes
 * @param ranks data-parallel copies of the model
 */
public record Batching(int sequences, int micro, int ranks, Ramp ramp, Curriculum curriculum) {

    /** Batch-size warm-up: linear from {@code start} sequences to all of them, over so many steps or tokens. */
    public record Ramp(int start, long over, Unit unit) {
        public static final Ramp NONE = new Ramp(0, 0, Unit.STEPS);

        public enum Unit {
            STEPS,
            TOKENS
        }
    }

    /** Sequence-length warm-up: linear from {@code start} tokens to the whole context over so many steps. */
    public record Curriculum(int start, long over) {
        public static final Curriculum NONE = new Curriculum(0, 0);
        /** Lengths grow in multiples of this, as matrix products like them. */
        static final int MULTIPLE = 8;

        /** Tokens of a sequence at a step, counted from 1. */
        public int length(long step, int context) {
            if (step > over || start >= context) {
                return context;
            }
            int grown = (int) (start + (context - start) * (step - 1) / over);
            return Math.min(context, Math.max(start, grown / MULTIPLE * MULTIPLE));
        }
    }

    public Batching {
        atLeastOne("batch", sequences);
        atLeastOne("micro-batch", micro);
        atLeastOne("ranks", ranks);
        if (sequences % ranks != 0) {
            throw new IllegalArgumentException("ranks must divide the batch: batch=" + sequences + ", ranks=" + ranks
                    + "; try batch=" + (sequences / ranks + 1) * ranks);
        }
        if (ramp.start() < (ramp.over() == 0 ? 0 : 1) || ramp.start() > sequences || ramp.over() < 0) {
            throw new IllegalArgumentException("a batch ramp starts between 1 and the batch: start=" + ramp.start()
                    + ", over=" + ramp.over() + ", batch=" + sequences);
        }
        if (curriculum.start() < 2 && !curriculum.equals(Curriculum.NONE) || curriculum.over() < 0) {
            throw new IllegalArgumentException("a length curriculum starts at 2 tokens or more: start="
                    + curriculum.start() + ", over=" + curriculum.over());
        }
    }

    /** All of a step's sequences at once on one rank. */
    public static Batching of(int sequences) {
        return new Batching(sequences, Math.max(1, sequences), 1, Ramp.NONE, Curriculum.NONE);
    }

    public Batching withMicro(int other) {
        return new Batching(sequences, other, ranks, ramp, curriculum);
    }

    public Batching withRanks(int other) {
        return new Batching(sequences, micro, other, ramp, curriculum);
    }

    public Batching with(Ramp other) {
        return new Batching(sequences, micro, ranks, other, curriculum);
    }

    public Batching with(Curriculum other) {
        return new Batching(sequences, micro, ranks, ramp, other);
    }

    /** Sequences of the step over all ranks, a multiple of the ranks; {@code tokens} were trained on before it. */
    public int size(long step, long tokens) {
        long done = ramp.unit() == Ramp.Unit.STEPS ? step - 1 : tokens;
        if (ramp.start() == 0 || done >= ramp.over()) {
            return sequences;
        }
        long grown = ramp.start() + (sequences - ramp.start()) * done / ramp.over();
        return (int) Math.max(ranks, grown / ranks * ranks);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }
}
