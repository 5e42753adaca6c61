package observatory.trainer.cuda;

import java.lang.foreign.Arena;
import java.util.function.Consumer;
import jcuda.driver.CUevent;
import observatory.trainer.InitialWeights;
import observatory.trainer.ModelState;
import observatory.trainer.Precision;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.NormKernels.Norm;
import observatory.trainer.cuda.NormKernels.NormPartials;

/**
 * Bytes a second of each kernel that measures, and of its twin that does not, beside a copy on the device that moves as
 * many bytes; on random values, on tensors several times the size of the cache.
 */
final class BandwidthBench {
    private static final int ROWS = 1 << 18;
    private static final int COLUMNS = 1024;
    private static final int REPEATS = 20;

    private final Consumer<Measured> out;

    BandwidthBench(Consumer<Measured> out) {
        this.out = out;
    }

    void run(Precision precision) {
        Elements format = Elements.of(precision);
        long elements = (long) ROWS * COLUMNS;
        long bytes = elements * format.bytes();
        try (Device device = new Device();
                Kernels kernels = new Kernels(device, format.name())) {
            Operations ops = Operations.of(kernels, Blocks.of(format));
            long x = device.allocate(bytes);
            long y = device.allocate(bytes);
            long z = device.allocate(bytes);
            long small = device.allocate(4L * ROWS * Float.BYTES);
            long partials = device.allocate(3L * Blocks.MOST * Summary.BYTES);
            fill(device, ops, x, elements, format);
            device.copy(y, x, bytes);
            double copy = rate(device, 2 * bytes, () -> device.copy(y, x, bytes));
            report("copy on the device", precision, copy, copy, false);
            report(
                    "summarise",
                    precision,
                    rate(
                            device,
                            bytes,
                            () -> ops.reductions().summarise(new Place(x, ROWS, COLUMNS, format), partials)),
                    copy,
                    true);
            for (boolean measured : new boolean[] {false, true}) {
                long p = measured ? partials : 0;
                String with = measured ? " measured" : "";
                report(
                        "activate" + with,
                        precision,
                        rate(device, 2 * bytes, () -> ops.activation().forward(x, y, elements, 0, 0, p)),
                        copy,
                        measured);
                Rows rows = new Rows(ROWS, COLUMNS);
                Norm norm = new Norm(x, x, small, small + (long) ROWS * Float.BYTES, true);
                NormPartials all = measured
                        ? new NormPartials(
                                partials,
                                partials + Blocks.MOST * Summary.BYTES,
                                partials + 2L * Blocks.MOST * Summary.BYTES)
                        : NormPartials.NONE;
                report(
                        "residual and norm" + with,
                        precision,
                        rate(device, 4 * bytes, () -> ops.norm().forward(x, x, norm, y, z, rows, all)),
                        copy,
                        measured);
                report(
                        "norm backward" + with,
                        precision,
                        rate(device, 4 * bytes, () -> ops.norm().backwardInput(x, y, norm, z, rows, p)),
                        copy,
                        measured);
            }
        }
    }

    /** Values as activations have them: a normal distribution, by the device's own weights initialisation. */
    private static void fill(Device device, Operations ops, long x, long elements, Elements format) {
        int block = 1 << 20;
        try (Arena arena = Arena.ofShared()) {
            var values = arena.allocate((long) block * Float.BYTES, 16);
            new InitialWeights(1, 1)
                    .fill(values, new ModelState.Entry("mlp.up", ModelState.Part.WEIGHT, 1024, 1024), 0);
            long staging = device.allocate((long) block * Float.BYTES);
            device.toDevice(staging, values);
            if (format.bytes() == Float.BYTES) {
                device.copy(x, staging, (long) block * Float.BYTES);
            } else {
                ops.optimizer().roundWeights(staging, x, block);
            }
            for (long done = block; done < elements; done += block) {
                device.copy(x + done * format.bytes(), x, (long) block * format.bytes());
            }
            device.await();
        }
    }

    private void report(String name, Precision precision, double rate, double copy, boolean promised) {
        double share = rate / copy;
        String full = name + " " + precision.label();
        Object[] numbers = {"gigabytes_per_second", rate / 1e9, "share_of_copy", share};
        out.accept(promised ? Measured.of(full, share >= 0.85, numbers) : Measured.only(full, numbers));
    }

    /** Bytes a second of work that moves so many bytes: the median of single launches, after two that do not count. */
    private static double rate(Device device, long bytes, Runnable work) {
        work.run();
        work.run();
        double[] millis = new double[REPEATS];
        CUevent before = device.event();
        CUevent after = device.event();
        for (int i = 0; i < REPEATS; i++) {
            device.record(before);
            work.run();
            device.record(after);
            device.await();
            millis[i] = device.millis(before, after);
        }
        return bytes / (SpeedBench.median(millis) / 1e3);
    }
}
