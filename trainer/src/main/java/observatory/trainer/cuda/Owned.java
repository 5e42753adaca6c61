package observatory.trainer.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/** What one owner has opened: closed last opened first, all of it, even where one of them fails. */
final class Owned implements AutoCloseable {
    private final Deque<Runnable> closings = new ArrayDeque<>();

    /** Takes over what has just been opened. */
    <T> T add(T opened, Runnable closing) {
        closings.push(closing);
        return opened;
    }

    /** Fails with what the first to fail has thrown. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!closings.isEmpty()) {
            try {
                closings.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Closes after a failure, which hears of what fails now. */
    void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
