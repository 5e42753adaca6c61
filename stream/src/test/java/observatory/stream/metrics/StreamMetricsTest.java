package observatory.stream.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.stream.wire.CodecException;
import org.junit.jupiter.api.Test;

/** What a scrape says of frames whose numbers are known. */
class StreamMetricsTest {
    private static final Instant TIME = Instant.parse("2026-11-27T12:00:00Z");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private Instant now = TIME;
    private final StreamMetrics metrics = new StreamMetrics(registry, () -> now);

    @Test
    void aRunIsToldByWhatItsFramesSay() {
        now = TIME.plusMillis(250);
        List<Site> sites =
                List.of(Site.of(Hook.RESIDUAL, 0), Site.of(Hook.MLP_OUT, 1), new Site(Hook.GRADIENT, 0, "mlp.up"));
        for (int step = 0; step < 2; step++) {
            metrics.read(frame(
                    step,
                    Map.of(
                            Scalars.LOSS,
                            2.5,
                            Scalars.GRADIENT_NORM,
                            0.5,
                            Scalars.SKIPPED,
                            (double) step,
                            Scalars.STEP_SECONDS,
                            0.2,
                            Scalars.OBSERVER_SECONDS,
                            0.001,
                            Scalars.TOKENS,
                            1024.0,
                            Scalars.BATCH_SEQUENCES,
                            16.0,
                            "gradient_noise_trace",
                            6.0,
                            "gradient_noise_square",
                            0.5),
                    new Sites(
                            sites,
                            List.of(
                                    new Column("nan", new int[] {0, 1, 2}, new double[] {0, 3, 5}),
                                    new Column("inf", new int[] {1}, new double[] {1}),
                                    new Column("fp16_headroom_bits", new int[] {0, 1}, new double[] {4, 1.5})))));
        }
        says("observatory_run_step{run=\"told\"} 1");
        says("observatory_run_last_record_timestamp_seconds{run=\"told\"} 1.7957808E9");
        says("observatory_run_loss{run=\"told\"} 2.5");
        says("observatory_run_gradient_norm{run=\"told\"} 0.5");
        says("observatory_overhead_ratio{run=\"told\"} 0.005");
        says("observatory_skipped_steps_total{run=\"told\"} 1");
        // Two frames with 3 + 1 and 5 of them.
        says("observatory_nonfinite_values_total{run=\"told\",tensor_kind=\"activation\"} 8");
        says("observatory_nonfinite_values_total{run=\"told\",tensor_kind=\"gradient\"} 10");
        says("observatory_precision_headroom_bits{format=\"fp16\",kind=\"activation\",run=\"told\"} 1.5");
        // tr Σ / |G|² = 12 sequences of 64 tokens.
        String noise = "observatory_gradient_noise_scale_tokens{run=\"told\"} ";
        String said = registry.scrape()
                .lines()
                .filter(line -> line.startsWith(noise))
                .findFirst()
                .orElseThrow();
        assertEquals(768, Double.parseDouble(said.substring(noise.length())), 1e-9);
        says("observatory_hook_duration_seconds_count{phase=\"step\"} 2");
        says("observatory_end_to_end_delay_seconds_sum 0.5");
    }

    @Test
    void noiseWithoutAnEstimateIsNoNumber() {
        metrics.read(frame(0, Map.of(Scalars.LOSS, 1.0), Sites.none()));
        says("observatory_gradient_noise_scale_tokens{run=\"told\"} NaN");
    }

    @Test
    void whatCouldNotBeReadIsToldByReason() {
        metrics.watch("observatory.telemetry.v1", reason -> reason == CodecException.Reason.MALFORMED ? 7 : 0);
        says("observatory_dead_letters_total{reason=\"malformed\",topic=\"observatory.telemetry.v1\"} 7");
        says("observatory_dead_letters_total{reason=\"schema_too_new\",topic=\"observatory.telemetry.v1\"} 0");
    }

    /** Rules of the text format: help and type once for each metric, no name twice, a line feed at the end. */
    @Test
    void whatIsScrapedKeepsToTheFormat() {
        metrics.read(frame(0, Map.of(Scalars.LOSS, Double.POSITIVE_INFINITY), Sites.none()));
        String text = registry.scrape();
        assertTrue(text.endsWith("\n"));
        says("observatory_run_loss{run=\"told\"} +Inf");
        List<String> types =
                text.lines().filter(line -> line.startsWith("# TYPE")).toList();
        assertEquals(types.stream().distinct().count(), types.size());
        List<String> samples = text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
        assertEquals(samples.stream().distinct().count(), samples.size());
        assertFalse(samples.stream().anyMatch(line -> line.startsWith("observatory_observatory")));
    }

    /** After a restart a reader begins a little before the place where it stopped. */
    @Test
    void whatWasThereBeforeTheStartHasNoDelay() {
        now = TIME.plusSeconds(3600);
        new StreamMetrics(registry, () -> now).read(frame(0, Map.of(Scalars.LOSS, 1.0), Sites.none()));
        says("observatory_run_step{run=\"told\"} 0");
        assertFalse(registry.scrape().contains("observatory_end_to_end_delay_seconds"));
    }

    @Test
    void ofTooManyRunsThoseNotHeardOfLongestAreForgotten() {
        for (int run = 0; run <= StreamMetrics.MOST_RUNS; run++) {
            if (run == StreamMetrics.MOST_RUNS) {
                metrics.read(frame("run-0", 2, Map.of(Scalars.LOSS, 1.0), Sites.none()));
            }
            metrics.read(frame("run-" + run, 1, Map.of(Scalars.LOSS, 1.0), Sites.none()));
        }
        says("observatory_run_step{run=\"run-0\"} 2");
        says("observatory_run_step{run=\"run-" + StreamMetrics.MOST_RUNS + "\"} 1");
        assertFalse(registry.scrape().contains("run=\"run-1\""));
    }

    @Test
    void everyMetricOfTheEndpointSaysWhatItIs() throws Exception {
        MetricsEndpoint endpoint = MetricsEndpoint.start(0, "1.2.3");
        try (HttpClient client = HttpClient.newHttpClient()) {
            new StreamMetrics(endpoint.registry(), () -> TIME).read(frame(0, Map.of(Scalars.LOSS, 1.0), Sites.none()));
            String text = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertTrue(text.contains("observatory_build_info{version=\"1.2.3\"} 1"), text);
            text.lines()
                    .filter(line -> line.startsWith("# HELP"))
                    .forEach(line -> assertTrue(line.matches("# HELP \\S+ \\S.*"), line));
        } finally {
            endpoint.close();
        }
    }

    private static Frame frame(long step, Map<String, Double> scalars, Sites sites) {
        return frame("told", step, scalars, sites);
    }

    private static Frame frame(String run, long step, Map<String, Double> scalars, Sites sites) {
        Scalars.Builder builder = new Scalars.Builder();
        scalars.forEach(builder::put);
        Origin origin = new Origin(new RunId(run), 0, new UUID(3, 3), 0);
        return new Frame(origin, step, step, TIME, builder.build(), sites, Optional.empty());
    }

    /** A number may be written as 8 or as 8.0. */
    private void says(String line) {
        Pattern pattern = Pattern.compile("(?m)^" + Pattern.quote(line) + "(\\.0)?$");
        assertTrue(pattern.matcher(registry.scrape()).find(), line + " in\n" + registry.scrape());
    }
}
