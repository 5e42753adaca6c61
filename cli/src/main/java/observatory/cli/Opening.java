package observatory.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import observatory.probe.RunId;
import observatory.stream.Broker;
import observatory.stream.Runs;
import observatory.stream.Topics;
import observatory.stream.attach.JvmAttach;
import observatory.ui.Source;
import observatory.ui.frame.Control;
import observatory.ui.frame.Offer;
import observatory.ui.frame.Outside;
import observatory.ui.source.LiveSource;
import observatory.ui.source.OpenedTape;
import org.apache.kafka.common.KafkaException;

/** What the window may open from beyond itself. */
final class Opening {
    private Opening() {}

    /** @param broker where runs are looked for; asked each time, since one may have been started meanwhile */
    static Outside outside(StateDirectory state, Supplier<Optional<String>> broker, Optional<Control> control) {
        InstantSource clock = InstantSource.system();
        return new Outside(
                state.exports(),
                state.window(),
                clock,
                text -> tape(Path.of(text)),
                () -> offers(broker.get(), clock),
                control);
    }

    static Supplier<Optional<String>> brokerOf(StateDirectory state) {
        return () -> Broker.running(state.broker());
    }

    static Source tape(Path path) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("there is no such file: " + path + "; check the path");
        }
        return OpenedTape.open(path);
    }

    private static List<Offer> offers(Optional<String> broker, InstantSource clock) {
        List<Offer> offers = new ArrayList<>();
        broker.ifPresent(at -> runs(at, clock, offers));
        for (JvmAttach.Jvm jvm : JvmAttach.list()) {
            offers.add(new Offer("JVM " + jvm.pid(), "not watched", jvm.name(), () -> {
                throw new IllegalArgumentException(
                        "this JVM does not send yet; run `observatory attach " + jvm.pid() + "` and open its run here");
            }));
        }
        return offers;
    }

    private static void runs(String broker, InstantSource clock, List<Offer> offers) {
        Instant now = clock.instant();
        try {
            for (Runs.Run run : Runs.list(broker, Topics.STANDARD).reversed()) {
                offers.add(new Offer(
                        run.run(),
                        run.state(now).name().toLowerCase(Locale.ROOT),
                        run.manifest().getOrDefault("model", "") + " "
                                + run.manifest().getOrDefault("fault", ""),
                        () -> new LiveSource(broker, Topics.STANDARD, new RunId(run.run()), clock)));
            }
        } catch (KafkaException e) {
            offers.add(new Offer("broker " + broker, "unreachable", String.valueOf(e.getMessage()), () -> {
                throw new IllegalArgumentException("the broker cannot be reached; `observatory doctor` looks into it");
            }));
        }
    }
}
