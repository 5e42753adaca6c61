package observatory.stream.attach;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import observatory.probe.FrameSink;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.StepFacts;

/**
 * A trainer of somebody else's, written against {@code observatory.probe} alone and started without any setting of the
 * observatory: least squares by gradient descent, a step every few milliseconds, until its standard input ends. It
 * prints the weights after a fixed number of steps, and whether classes of the observatory got into its class path.
 */
public final class PlainTrainer {
    static final int FIXED_STEPS = 200;
    private static final int WIDTH = 32;
    private static final Site GRADIENT = new Site(Hook.GRADIENT, 0, "weight");
    private static final Site UPDATE = new Site(Hook.UPDATE, 0, "weight");
    private static final Site WEIGHT = new Site(Hook.WEIGHT, 0, "weight");

    private PlainTrainer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Instruments<HostTensor> instruments = new Instruments<>(
                new Origin(new RunId(arguments[0]), 0, UUID.randomUUID(), 0),
                new HostReducer(),
                FrameSink.NOBODY,
                InstantSource.system(),
                System::nanoTime);
        instruments.event(RunEvent.Kind.START, Map.of("model", "least squares"));
        float[] weight = new float[WIDTH];
        SplittableRandom data = new SplittableRandom(1);
        for (long step = 1; System.in.available() == 0; step++) {
            instruments.beginStep(step);
            float[] x = new float[WIDTH];
            double y = 0;
            double predicted = 0;
            for (int i = 0; i < WIDTH; i++) {
                x[i] = (float) data.nextGaussian();
                y += x[i] * Math.sin(i);
                predicted += x[i] * weight[i];
            }
            float[] gradient = new float[WIDTH];
            float[] update = new float[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                gradient[i] = (float) (predicted - y) * x[i];
                update[i] = -1e-3f * gradient[i];
                weight[i] += update[i];
            }
            instruments.at(Hook.RESIDUAL, 0, HostTensor.of(x));
            instruments.at(GRADIENT, HostTensor.of(gradient));
            instruments.at(UPDATE, HostTensor.of(update), HostTensor.of(weight));
            instruments.at(WEIGHT, new HostTensor(weight, 4, WIDTH / 4));
            if (instruments.watched()) {
                double loss = (predicted - y) * (predicted - y) / 2;
                instruments.note(new StepFacts(
                        new Scalars.Builder().put(Scalars.LOSS, loss).build(), Optional.empty()));
            }
            instruments.endStep();
            if (step == FIXED_STEPS) {
                System.out.println("weights " + Arrays.hashCode(weight));
            }
            Thread.sleep(5);
        }
        System.out.println("kafka " + ClassLoader.getSystemResource("org/apache/kafka/clients/KafkaClient.class"));
    }
}
