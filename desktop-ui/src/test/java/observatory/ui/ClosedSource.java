package observatory.ui;

import java.util.concurrent.CountDownLatch;
import observatory.ui.data.Recording;

/** A run without steps, that tells when it is closed. */
public record ClosedSource(CountDownLatch closed) implements Source {
    @Override
    public Recording recording() {
        return new Recording(Frames.RUN);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
