package observatory.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C (or a polite kill) as a request to end in order: what runs inside asks {@link #requested} and ends by itself.
 * A second Ctrl-C ends the process at once. No shutdown hook, because libraries that load during a shutdown, such as
 * the drawing of charts, cannot register theirs and fail.
 */
public final class Interrupt implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private final CountDownLatch requested = new CountDownLatch(1);
    private final List<Runnable> restore = new ArrayList<>();

    private Interrupt() {}

    public static Interrupt listen() {
        Interrupt interrupt = new Interrupt();
        for (String signal : SIGNALS) {
            interrupt.restore.add(handle(signal, interrupt::request));
        }
        return interrupt;
    }

    public boolean requested() {
        return requested.getCount() == 0;
    }

    /** Waits for Ctrl-C. */
    void await() throws InterruptedException {
        requested.await();
    }

    @Override
    public void close() {
        restore.forEach(Runnable::run);
    }

    private void request() {
        requested.countDown();
        close();
    }

    /**
     * Handles a signal; what is returned puts the handler before it back. By reflection: javac
     * warns of sun.misc always.
     */
    private static Runnable handle(String name, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            var handle = signalType.getMethod("handle", signalType, handlerType);
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            InvocationHandler invoked = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    action.run();
                }
                return null;
            };
            Object handler =
                    Proxy.newProxyInstance(Interrupt.class.getClassLoader(), new Class<?>[] {handlerType}, invoked);
            Object before = handle.invoke(null, signal, handler);
            return () -> {
                try {
                    handle.invoke(null, signal, before);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("cannot give back signal " + name, e);
                }
            };
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle signal " + name, e);
        }
    }
}
