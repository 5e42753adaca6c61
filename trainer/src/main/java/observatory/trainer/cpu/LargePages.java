package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Zeroed memory in pages of 2 MiB where Linux gives them to who asks (madvise(2), MADV_HUGEPAGE). An optimiser's sweep runs
 * through seven streams at once, and with pages of 4 KiB looks up addresses as long as it reads.
 */
final class LargePages {
    private static final long PAGE = 2L << 20;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final Optional<Calls> CALLS = bind();

    private LargePages() {}

    private record Calls(MethodHandle map, MethodHandle advise, MethodHandle unmap) {}

    /** Memory that lives as long as the arena; empty where it is too small for such pages, or the system has none. */
    static Optional<MemorySegment> zeros(Arena arena, long bytes) {
        return bytes < PAGE ? Optional.empty() : CALLS.flatMap(calls -> zeros(calls, arena, bytes));
    }

    @SuppressWarnings("restricted")
    private static Optional<MemorySegment> zeros(Calls calls, Arena arena, long bytes) {
        // One page more, so that the first begins where a large page may begin.
        long mapped = bytes + PAGE;
        try {
            MemorySegment whole = (MemorySegment)
                    calls.map.invokeExact(MemorySegment.NULL, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (whole.address() == -1) {
                return Optional.empty();
            }
            long from = (PAGE - whole.address() % PAGE) % PAGE;
            // What it answers does not matter: without large pages the memory is there all the same.
            int _ = (int)
                    calls.advise.invokeExact(MemorySegment.ofAddress(whole.address() + from), bytes, MADV_HUGEPAGE);
            return Optional.of(whole.reinterpret(mapped, arena, memory -> unmap(calls, memory, mapped))
                    .asSlice(from, bytes));
        } catch (Throwable e) {
            throw new IllegalStateException("cannot map " + bytes + " bytes of memory", e);
        }
    }

    private static void unmap(Calls calls, MemorySegment memory, long bytes) {
        try {
            int _ = (int) calls.unmap.invokeExact(memory, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot unmap " + bytes + " bytes of memory", e);
        }
    }

    @SuppressWarnings("restricted")
    private static Optional<Calls> bind() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("mmap")
                .flatMap(map -> linker.defaultLookup()
                        .find("madvise")
                        .flatMap(advise -> linker.defaultLookup()
                                .find("munmap")
                                .map(unmap -> new Calls(
                                        linker.downcallHandle(
                                                map,
                                                FunctionDescriptor.of(
                                                        ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                                        JAVA_LONG)),
                                        linker.downcallHandle(
                                                advise, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT)),
                                        linker.downcallHandle(
                                                unmap, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG))))));
    }
}
