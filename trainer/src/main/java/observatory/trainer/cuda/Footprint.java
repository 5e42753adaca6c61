package observatory.trainer.cuda;

import java.util.Locale;
import observatory.trainer.DeviceUnusable;
import observatory.trainer.ModelSpec;

/** How much memory a model takes on the device, and how many sequences at once would fit. */
record Footprint(ModelSpec spec, Parameters parameters, Elements format) {
    /** What the matrix products, the driver and the results take beside it. */
    private static final long BESIDE = 96L << 20;

    /** Bytes for passes of so many sequences. */
    long bytes(int sequences) {
        Space space = new Space(0);
        Weights.in(space, parameters, format);
        Activations.in(space, spec, sequences, format);
        return space.used();
    }

    /** Most sequences of a pass that fit into so much memory; 0 where none does. */
    int mostSequences(long free) {
        int low = 0;
        int high = CudaLimits.mostSequences(spec);
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (bytes(middle) + BESIDE <= free) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Allocates for passes of so many sequences, or says how much is missing and what would fit. */
    long allocate(Device device, int sequences) {
        long needed = bytes(sequences);
        Device.Memory memory = device.memory();
        long free = memory.free();
        long address = needed + BESIDE > free ? 0 : device.tryAllocate(needed);
        if (address != 0) {
            return address;
        }
        int fits = mostSequences(free);
        throw new DeviceUnusable("not enough memory on " + device.name() + ": needed=" + gib(needed + BESIDE)
                + ", free=" + gib(free) + " of " + gib(memory.all()) + ", sequences=" + sequences
                + (fits > 0
                        ? "; the largest micro-batch that fits is " + fits + ": --micro-batch " + fits
                        : "; not even one sequence fits: a smaller model or context, or a larger device")
                + (free < memory.all() / 2 ? "; nvidia-smi shows what else is on the device" : ""));
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", (double) bytes / (1L << 30));
    }
}
