package observatory.cli.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;

/** The frames of a made-up run of any size: noise about a falling loss, and a metric for each of many sites. */
public final class UiLoad {
    public static final RunId RUN = new RunId("bench-ui");
    private static final List<String> METRICS =
            List.of("rms", "abs_max", "norm", "update_ratio", "kurtosis", "mean", "nan", "token_norm");

    private final Origin origin = new Origin(RUN, 0, new UUID(7, 7), 0);
    private final Random random = new Random(7);
    private final List<Site> sites = new ArrayList<>();
    private final int[] at;
    private long step;

    UiLoad(int sites) {
        Hook[] hooks = {Hook.RESIDUAL, Hook.ATTENTION_OUT, Hook.MLP_OUT, Hook.MLP_HIDDEN};
        for (int i = 0; i < sites; i++) {
            this.sites.add(Site.of(hooks[i % hooks.length], i / hooks.length));
        }
        this.at = new int[sites];
        for (int i = 0; i < sites; i++) {
            at[i] = i;
        }
    }

    int metrics() {
        return METRICS.size();
    }

    /** The frame of the next step, with eight metrics at each site. */
    Frame next(Instant time) {
        List<Column> columns = new ArrayList<>();
        for (String metric : METRICS) {
            columns.add(new Column(metric, at, values()));
        }
        return frame(time, scalars("").build(), new Sites(sites, columns));
    }

    /** A bucket of the decimated history that ends with the next step but {@code steps}. */
    Frame bucket(int steps, Instant time) {
        Scalars.Builder scalars = new Scalars.Builder().put("bucket_first_step", step);
        List<Column> columns = new ArrayList<>();
        for (String ending : List.of(".min", ".max", ".last")) {
            scalars.putAll(scalars(ending).build());
            for (String metric : METRICS) {
                columns.add(new Column(metric + ending, at, values()));
            }
        }
        step += steps - 1;
        return frame(time, scalars.build(), new Sites(sites, columns));
    }

    private Frame frame(Instant time, Scalars scalars, Sites of) {
        Frame frame = new Frame(origin, step, step, time, scalars, of, Optional.empty());
        step++;
        return frame;
    }

    private Scalars.Builder scalars(String ending) {
        double loss = 2 + 8 / Math.sqrt(1 + step) + 0.05 * random.nextGaussian();
        return new Scalars.Builder()
                .put(Scalars.LOSS + ending, loss)
                .put(Scalars.GRADIENT_NORM + ending, Math.exp(0.3 * random.nextGaussian()))
                .put(Scalars.LEARNING_RATE + ending, 3e-4)
                .put(Scalars.STEP_SECONDS + ending, 0.05)
                .put(Scalars.TOKENS + ending, 4096);
    }

    private double[] values() {
        double[] values = new double[at.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + 0.1 * random.nextFloat();
        }
        return values;
    }
}
