package observatory.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Whether a stream of this process is a terminal. Java knows it only for standard input and output together. */
final class Terminal {
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;

    private Terminal() {}

    static boolean standardOutputIsOne() {
        return isTerminal(STANDARD_OUTPUT);
    }

    static boolean standardErrorIsOne() {
        return isTerminal(STANDARD_ERROR);
    }

    @SuppressWarnings("restricted")
    private static boolean isTerminal(int descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("isatty")
                .map(symbol -> {
                    MethodHandle isatty = linker.downcallHandle(
                            symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
                    try {
                        return (int) isatty.invokeExact(descriptor) == 1;
                    } catch (Throwable e) {
                        throw new IllegalStateException("isatty failed", e);
                    }
                })
                .orElse(false);
    }
}
