package observatory.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.stage.Stage;
import observatory.cli.ClusterOptions;
import observatory.cli.StateDirectory;
import observatory.cli.dashboard.Opening;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Caps;
import observatory.ui.Source;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.chart.Palette;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotPainter;
import observatory.ui.chart.Raster;
import observatory.ui.chart.Span;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.frame.MainView;
import observatory.ui.frame.Outside;
import observatory.ui.source.LiveSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Measures the window on a run of a given size while frames arrive, on the display of this process. */
final class UiBench {
    private static final int FRAMES_A_SECOND = 20;
    private static final int SPIKES = 1000;
    private static final int SPIKE_WIDTH = 1600;

    private static final Logger TOOLKIT = Logger.getLogger("javafx");

    private final int sites;
    private final int steps;
    private final int seconds;

    /** What was measured; work and pan in processor time of the JavaFX thread, the rest in wall time. */
    record Result(
            double frameWorkP95Millis,
            double frameWorkP99Millis,
            double panP95Millis,
            double frameWallP95Millis,
            double panWallP95Millis,
            long heapBytes,
            double recordToPixelP95Millis,
            double attachSeconds,
            double historySeconds,
            double startSeconds,
            double reopenSeconds,
            int spikesVisible,
            double loadSeconds,
            int beats) {}

    UiBench(int sites, int steps, int seconds) {
        this.sites = sites;
        this.steps = steps;
        this.seconds = seconds;
    }

    Result run(Path folder) throws Exception {
        double start = startSeconds(folder.toString());
        double reopen = startSeconds(folder.toString(), remembered(folder).toString());
        double[] reading = reading(folder);
        UiLoad load = new UiLoad(sites);
        Recording recording = new Recording(UiLoad.RUN);
        long began = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            recording.accept(load.next(Instant.EPOCH.plusMillis(50L * i)));
        }
        double loaded = (System.nanoTime() - began) / 1e9;
        return window(load, recording, folder, new double[] {start, reopen}, reading, loaded);
    }

    private Result window(
            UiLoad load, Recording recording, Path folder, double[] starts, double[] reading, double loaded)
            throws Exception {
        TOOLKIT.setLevel(Level.SEVERE); // it warns that it runs from the class path, which is meant to be so
        Platform.startup(() -> Platform.setImplicitExit(false));
        Workbench bench = new Workbench(source(recording));
        UiMeter meter = onWindow(() -> show(bench, folder));
        AtomicBoolean feeding = new AtomicBoolean(true);
        Thread feeder = Thread.ofPlatform().name("observatory-feed").daemon().start(() -> {
            while (feeding.get()) {
                recording.accept(load.next(Instant.now()));
                meter.arrived();
                pause(1000 / FRAMES_A_SECOND);
            }
        });
        measure(meter, () -> {}); // warms up
        measure(meter, () -> {});
        double[] work = onWindow(meter::work);
        double[] wall = onWindow(meter::wall);
        double[] latency = onWindow(meter::latency);
        Random random = new Random(3);
        measure(meter, () -> pan(bench, random));
        double[] pan = onWindow(meter::work);
        double[] panWall = onWindow(meter::wall);
        feeding.set(false);
        feeder.join();
        onWindow(() -> {
            meter.stop();
            return null;
        });
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        Platform.exit();
        return new Result(
                UiMeter.quantile(work, 0.95),
                UiMeter.quantile(work, 0.99),
                UiMeter.quantile(pan, 0.95),
                UiMeter.quantile(wall, 0.95),
                UiMeter.quantile(panWall, 0.95),
                heap,
                UiMeter.quantile(latency, 0.95),
                reading[0],
                reading[1],
                starts[0],
                starts[1],
                spikesVisible(),
                loaded,
                work.length);
    }

    private static UiMeter show(Workbench bench, Path folder) {
        MainView main = new MainView(
                bench,
                new Outside(
                        folder.resolve("exports"),
                        folder.resolve("window.properties"),
                        InstantSource.system(),
                        new Opening(
                                new StateDirectory(folder),
                                new ClusterOptions(),
                                Optional::empty,
                                Optional.empty(),
                                InstantSource.system()),
                        Optional.empty()));
        Scene scene = new Scene(main.node(), 1280, 800);
        main.attach(scene);
        Stage stage = new Stage();
        stage.setScene(scene);
        stage.setX(0);
        stage.setY(0);
        stage.show();
        UiMeter meter = new UiMeter(main, scene);
        meter.start();
        return meter;
    }

    private void measure(UiMeter meter, Runnable before) throws Exception {
        onWindow(() -> {
            meter.begin(before);
            return null;
        });
        pause(1000 * seconds);
    }

    /** A hand that zooms to somewhere and pans from there. */
    private void pan(Workbench bench, Random random) {
        Span all = bench.whole();
        double length = all.length() * Math.pow(10, -2 * random.nextDouble());
        double low = all.low() + random.nextDouble() * (all.length() - length);
        bench.show(new Span(low, low + length));
    }

    /** A log of a thousand steps, and the memory of a window that was killed while it showed some of them. */
    private static Path remembered(Path folder) throws IOException {
        StringBuilder log = new StringBuilder();
        for (int step = 0; step < 1000; step++) {
            log.append("{\"step\": ").append(step).append(", \"loss\": 2.5}\n");
        }
        Path file = Files.writeString(folder.resolve("run.jsonl"), log);
        Files.writeString(folder.resolve("window.properties"), "run.run.jsonl.low=200\nrun.run.jsonl.high=400\n");
        return file;
    }

    /** From the start of a JVM to its first picture, in seconds. */
    private static double startSeconds(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-Djava.awt.headless=true"));
        String cache = System.getProperty("observatory.start.cache", ""); // what the launcher gives to `dashboard`
        if (!cache.isEmpty()) {
            command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FirstPicture.class.getName()));
        command.addAll(List.of(arguments));
        long began = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = process.inputReader().readLine();
        double seconds = (System.nanoTime() - began) / 1e9;
        process.waitFor();
        if (!FirstPicture.SHOWN.equals(said)) {
            throw new IllegalStateException("the window did not open; it said: " + said);
        }
        return seconds;
    }

    /** Seconds from attaching to a run on a real broker to its first row, and to its whole decimated history. */
    private double[] reading(Path folder) throws Exception {
        Topics topics = Topics.STANDARD;
        try (Broker broker = Broker.start(folder.resolve("broker"), 0)) {
            Connection connection = Connection.to(broker.bootstrap());
            try (var admin = connection.admin()) {
                topics.create(admin, 1);
            }
            history(broker.bootstrap(), topics);
            long began = System.nanoTime();
            try (LiveSource live =
                    new LiveSource(Connection.to(broker.bootstrap()), topics, UiLoad.RUN, InstantSource.system())) {
                double first = awaitStep(live, 0, began);
                return new double[] {first, awaitStep(live, steps - 1, began)};
            }
        }
    }

    private static double awaitStep(LiveSource live, long step, long began) {
        while (live.recording().frames().empty() || live.recording().frames().lastStep() < step) {
            pause(5);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private void history(String bootstrap, Topics topics) throws Exception {
        int bucket = 128;
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        UiLoad load = new UiLoad(sites);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new ByteArraySerializer())) {
            for (int from = 0; from < steps; from += bucket) {
                for (byte[] value : Caps.records(load.bucket(Math.min(bucket, steps - from), Instant.EPOCH))) {
                    sent.add(producer.send(new ProducerRecord<>(topics.history(), UiLoad.RUN.value(), value)));
                }
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        }
    }

    /** How many of a thousand spikes of one step in a hundred thousand are drawn at 1,600 pixels. */
    private static int spikesVisible() {
        int count = 100 * SPIKES;
        Random random = new Random(5);
        StepIndex.Growing index = new StepIndex.Growing();
        Series series = new Series();
        for (int step = 0; step < count; step++) {
            index.append(step);
            series.append(step % 100 == 50 ? 8 : random.nextGaussian());
        }
        Palette palette = Theme.LIGHT.palette();
        Raster raster = Raster.of(SPIKE_WIDTH, 200);
        Plot plot = Plot.of("spikes", "", List.of(Trace.raw("spikes", index.index(), series, 0)));
        PlotPainter.Drawn drawn = PlotPainter.paint(raster, plot, new Span(0, count - 1), palette, 1);
        int row = (int) (raster.height() * (1 - drawn.axis().share(7)));
        int visible = 0;
        for (int step = 50; step < count; step += 100) {
            int x = (int) Math.floor((double) step / (count - 1) * (SPIKE_WIDTH - 1) + 0.5);
            visible += raster.pixel(x, row) == palette.series(0) ? 1 : 0;
        }
        return visible;
    }

    private static Source source(Recording recording) {
        return new Source() {
            @Override
            public Recording recording() {
                return recording;
            }

            @Override
            public observatory.ui.Connection connection() {
                return observatory.ui.Connection.recording();
            }
        };
    }

    private static <T> T onWindow(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Platform.runLater(future);
        return future.get();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
