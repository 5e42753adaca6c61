package observatory.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Whether a stream of this process is a terminal, which Java knows only for standard input and output together, and
 * where standard error goes.
 */
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

    /** What is written to standard error goes from now on to where an open file leads, and that is closed. */
    static void moveToStandardError(int descriptor) {
        call("dup2", descriptor, STANDARD_ERROR);
        call("close", descriptor);
    }

    private static boolean isTerminal(int descriptor) {
        return call("isatty", descriptor) == 1;
    }

    /** Calls a function of the C library that takes whole numbers and gives one; -1 where there is none. */
    @SuppressWarnings("restricted")
    private static int call(String function, int... arguments) {
        MemoryLayout[] whole = new MemoryLayout[arguments.length];
        Arrays.fill(whole, ValueLayout.JAVA_INT);
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(function)
                .map(symbol -> {
                    MethodHandle handle =
                            linker.downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, whole));
                    try {
                        return (int) handle.invokeWithArguments(
                                Arrays.stream(arguments).boxed().toList());
                    } catch (Throwable e) {
                        throw new IllegalStateException(function + " failed", e);
                    }
                })
                .orElse(-1);
    }
}
