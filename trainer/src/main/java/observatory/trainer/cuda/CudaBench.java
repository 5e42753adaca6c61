package observatory.trainer.cuda;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import observatory.trainer.Precision;

/**
 * Everything that is claimed of the device and can only be shown on one, part by part. The parts are independent, so that
 * a short stay at a device can be spent on those that matter.
 */
public final class CudaBench {
    /** What there is to run, in the order of a full run. */
    public static final List<String> PARTS =
            List.of("kernels", "everything", "curve", "repeats", "bandwidth", "throughput", "overhead");

    private final LongSupplier nanos;
    private final double peakTeraflops;
    private final Consumer<Measured> out;

    /** @param peakTeraflops of the device in bf16, to which utilisation is related */
    public CudaBench(LongSupplier nanos, double peakTeraflops, Consumer<Measured> out) {
        this.nanos = nanos;
        this.peakTeraflops = peakTeraflops;
        this.out = out;
    }

    public void run(String part) {
        TrainingBench training = new TrainingBench(nanos, out);
        BandwidthBench bandwidth = new BandwidthBench(out);
        switch (part) {
            case "kernels" -> {
                for (Precision precision : Precision.values()) {
                    KernelCase.all().forEach(kernel -> out.accept(kernel.run(precision)));
                }
            }
            case "everything" -> training.everything();
            case "some" -> training.some();
            case "curve" -> training.curve();
            case "repeats" -> {
                training.repeats(Precision.FP32);
                training.repeats(Precision.BF16);
            }
            case "bandwidth" -> {
                bandwidth.run(Precision.BF16);
                bandwidth.run(Precision.FP32);
            }
            case "throughput" -> {
                training.throughput(Precision.BF16, CudaModel.Products.FASTEST, peakTeraflops);
                training.throughput(Precision.BF16, CudaModel.Products.OWN, peakTeraflops);
            }
            case "overhead" -> training.overhead(Precision.BF16);
            case "timeline" -> training.timeline();
            default ->
                throw new IllegalArgumentException("no such part: " + part + "; parts are " + String.join(", ", PARTS));
        }
    }

    /** Runs parts, all unless named, and prints a line for each thing measured; for machines without the whole program. Ends with status 1 where something fails. */
    public static void main(String[] parts) {
        CudaBench bench = new CudaBench(System::nanoTime, 989, System.out::println);
        for (String part : parts.length == 0 ? PARTS : List.of(parts)) {
            bench.run(part);
        }
    }
}
