package observatory.trainer.cuda;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import observatory.trainer.DeviceLost;
import observatory.trainer.Precision;

/**
 * Everything that is claimed of the device and can only be shown on one, part by part. The parts are independent, so
 * that a short stay at a device can be spent on those that matter.
 */
public final class CudaBench {
    /** What there is to run, what is claimed most first. */
    public static final List<String> PARTS =
            List.of("kernels", "curve", "repeats", "throughput", "overhead", "bandwidth", "torch", "everything");

    private static final List<String> FURTHER = List.of("some", "timeline");

    private final LongSupplier nanos;
    private final double peakTeraflops;
    private final String python;
    private final Consumer<Measured> out;
    private boolean deviceLost;

    /**
     * @param peakTeraflops of the device in bf16, to which utilisation is related
     * @param python an interpreter that may have PyTorch
     */
    public CudaBench(LongSupplier nanos, double peakTeraflops, String python, Consumer<Measured> out) {
        this.nanos = nanos;
        this.peakTeraflops = peakTeraflops;
        this.python = python;
        this.out = out;
    }

    /**
     * Runs a part. What it could not measure is a line of its own, which says why; the parts behind it can still run.
     *
     * @param part its name; {@code kernels:57} leaves out the first 57 cases
     */
    public void run(String part) {
        String[] words = part.split(":", 2);
        run(words[0], words.length == 1 ? 0 : Integer.parseInt(words[1]));
    }

    /** Whether a case has lost the device for this process; in another one the cases behind it can still run. */
    boolean deviceLost() {
        return deviceLost;
    }

    private void run(String part, int done) {
        if (!PARTS.contains(part) && !FURTHER.contains(part)) {
            throw new IllegalArgumentException("no such part: " + part + "; parts are " + String.join(", ", PARTS)
                    + "; and for profilers and checkers " + String.join(", ", FURTHER));
        }
        try {
            measure(part, done);
        } catch (RuntimeException | Error e) {
            out.accept(Measured.of("part " + part, false, "error", String.valueOf(e.getMessage())));
        }
    }

    private void measure(String part, int done) {
        AgreementBench agreement = new AgreementBench(nanos, out);
        SpeedBench speed = new SpeedBench(nanos, out);
        BandwidthBench bandwidth = new BandwidthBench(out);
        switch (part) {
            case "kernels" -> kernels(done);
            case "everything" -> agreement.everything();
            case "some" -> agreement.some();
            case "curve" -> agreement.curve();
            case "torch" -> agreement.torch(python);
            case "repeats" -> {
                agreement.repeats(Precision.FP32);
                agreement.repeats(Precision.BF16);
            }
            case "bandwidth" -> {
                bandwidth.run(Precision.BF16);
                bandwidth.run(Precision.FP32);
            }
            case "throughput" -> {
                speed.throughput(Precision.BF16, CudaModel.Products.FASTEST, peakTeraflops);
                speed.throughput(Precision.BF16, CudaModel.Products.OWN, peakTeraflops);
            }
            case "overhead" -> new OverheadBench(nanos, out).overhead(Precision.BF16);
            case "timeline" -> speed.timeline();
            default -> throw new IllegalStateException("a part that nothing measures: " + part);
        }
    }

    /** Every case in every format, until one loses the device. */
    private void kernels(int done) {
        int number = 0;
        for (Precision precision : Precision.values()) {
            for (KernelCase kernel : KernelCase.all()) {
                if (number++ >= done && !deviceLost) {
                    out.accept(ran(kernel, precision));
                }
            }
        }
    }

    private Measured ran(KernelCase kernel, Precision precision) {
        try {
            return kernel.run(precision);
        } catch (RuntimeException e) {
            deviceLost = e instanceof DeviceLost;
            return Measured.of(kernel.name() + " " + precision.label(), false, "error", String.valueOf(e.getMessage()));
        }
    }

    /**
     * Runs parts, all unless named, and prints a line for each thing measured; for machines without the whole program.
     * The peak, and the Python, are the system properties observatory.peak.teraflops and observatory.python. Ends with
     * status 1 where something fails, 2 where there is no such part, 3 where there is no usable GPU, 5 where a case has lost
     * it for this process.
     */
    public static void main(String[] parts) {
        CudaProbe.Found found = CudaProbe.probe();
        if (!found.usable()) {
            System.err.println("no measurement without a GPU: " + found.reason());
            System.exit(3);
        }
        boolean[] failed = {false};
        CudaBench bench = new CudaBench(
                System::nanoTime,
                Double.parseDouble(System.getProperty("observatory.peak.teraflops", "989")),
                System.getProperty("observatory.python", "python3"),
                measured -> {
                    failed[0] |= measured.verdict().equals("fail");
                    System.out.println(measured);
                });
        try {
            (parts.length == 0 ? PARTS : List.of(parts)).forEach(bench::run);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        System.exit(bench.deviceLost() ? 5 : failed[0] ? 1 : 0);
    }
}
