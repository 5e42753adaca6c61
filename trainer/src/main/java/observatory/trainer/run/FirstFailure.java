package observatory.trainer.run;

import java.util.concurrent.atomic.AtomicReference;

/** What the first rank to fail threw: those that fail because it did say nothing new. Any thread. */
final class FirstFailure {
    private final AtomicReference<Throwable> thrown = new AtomicReference<>();

    void of(RuntimeException exception) {
        thrown.compareAndSet(null, exception);
    }

    void of(Error error) {
        thrown.compareAndSet(null, error);
    }

    /** Throws it, if there was one. */
    void rethrow() {
        switch (thrown.get()) {
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case null, default -> {}
        }
    }
}
