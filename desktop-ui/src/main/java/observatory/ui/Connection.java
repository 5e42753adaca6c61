package observatory.ui;

import java.time.Duration;
import java.util.Locale;
import observatory.ui.chart.Numbers;

/** How what is on the screen hangs together with the run: said in a pill beside its name. */
public record Connection(State state, Duration age) {
    /** The words of the pill; each has its own shape as well as its own colour. */
    public enum State {
        /** The way to the run is being made. */
        CONNECTING,
        /** The broker answers, and of the run nothing has come. */
        WAITING,
        /** The broker does not answer, and of the run nothing has come. */
        UNANSWERED,
        /** The file that it is in, or what a broker has of it from before, is being read. */
        READING,
        /** The age is how far the screen is behind the run. */
        LIVE,
        /**
         * The run goes on without a broker, or went on and what it spooled then comes now; the age is how
         * far back that is.
         */
        SPOOLED,
        /** Nothing has come for this long. */
        STALE,
        /** The file that it should be in holds no step that could be read. */
        UNREADABLE,
        /** The run is over, or was read from a file. */
        RECORDING
    }

    /** So many seconds without a frame are no longer a slow step. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    public static Connection recording() {
        return new Connection(State.RECORDING, Duration.ZERO);
    }

    /** The words in the pill, such as {@code live 0.4 s behind}. */
    public String text() {
        return switch (state) {
            case CONNECTING -> "connecting";
            case WAITING -> "waiting";
            case UNANSWERED -> "no answer";
            case READING -> "reading";
            case LIVE -> "live " + Numbers.duration(age) + " behind";
            case SPOOLED -> "spooled " + Numbers.duration(age);
            case STALE -> "stale " + Numbers.duration(age);
            case UNREADABLE -> "unreadable";
            case RECORDING -> "recording";
        };
    }

    /** The name of the pill's style. */
    public String style() {
        return "pill-" + state.name().toLowerCase(Locale.ROOT);
    }
}
