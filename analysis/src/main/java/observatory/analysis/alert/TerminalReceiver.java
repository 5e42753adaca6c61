package observatory.analysis.alert;

import java.util.function.Consumer;

/** Tells in one line on the terminal. */
public final class TerminalReceiver implements Receiver {
    private final Consumer<String> line;

    public TerminalReceiver(Consumer<String> line) {
        this.line = line;
    }

    @Override
    public Outcome tell(Notification notification) {
        line.accept(Headline.of(notification.readable()));
        return new Outcome.Delivered();
    }
}
