package observatory.probe;

import java.util.List;
import java.util.Objects;

/**
 * To whom {@link Instruments} speak, what they ask, and from whom they take commands.
 *
 * @param budget the share of a step's time that observing may take
 */
public record Setup(
        FrameSink sink, List<Question> questions, CommandSource commands, Catalogue catalogue, double budget) {
    /** Nobody listens and nothing is asked. */
    public static final Setup NONE = new Setup(FrameSink.NOBODY, List.of(), CommandSource.NONE, Catalogue.EMPTY, 1);

    public Setup {
        Objects.requireNonNull(sink, "sink");
        Objects.requireNonNull(commands, "commands");
        Objects.requireNonNull(catalogue, "catalogue");
        questions = List.copyOf(questions);
        if (questions.size() > Long.SIZE) {
            throw new IllegalArgumentException("at most 64 probes at once: probes=" + questions.size());
        }
        if (!(budget > 0)) {
            throw new IllegalArgumentException(
                    "the budget of observing is a share above 0 of a step's time: budget=" + budget + "; try 0.01");
        }
    }

    public Setup with(FrameSink other) {
        return new Setup(other, questions, commands, catalogue, budget);
    }

    public Setup with(List<? extends Question> others) {
        return new Setup(sink, List.copyOf(others), commands, catalogue, budget);
    }

    public Setup with(CommandSource source, Catalogue names) {
        return new Setup(sink, questions, source, names, budget);
    }

    public Setup withBudget(double share) {
        return new Setup(sink, questions, commands, catalogue, share);
    }
}
