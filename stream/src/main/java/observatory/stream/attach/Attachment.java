package observatory.stream.attach;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import observatory.probe.Instruments;
import observatory.probe.LiveInstruments;
import observatory.probe.RunId;
import observatory.probe.Setup;
import observatory.probe.builtin.Probes;
import observatory.stream.control.Gate;
import observatory.stream.control.Keys;
import observatory.stream.control.TopicCommandSource;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;

/**
 * Inside the trainer's JVM: gives all its instruments a spool, a sender and probes, and takes them away again. What the
 * instruments were set up with before is put back as it was. Called by the {@link Agent}, one call at a time.
 */
public final class Attachment implements BiFunction<Properties, Instrumentation, Properties> {
    private static final long SPOOL_BYTES = 2L << 30;
    /** A step of the largest model; a trainer that takes longer is detached without its last frame. */
    private static final Duration ONE_STEP = Duration.ofSeconds(20);
    /** For the control topic to be read to its end; where the broker is away, commands are heard once it is back. */
    private static final Duration TO_LISTEN = Duration.ofSeconds(20);

    private final List<Watched> watched = new ArrayList<>();
    /** Made once, so that a trainer attached to again is the same run. */
    private final List<Framework> frameworks =
            ServiceLoader.load(Framework.class, Attachment.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
    /** What puts frameworks back as they were. */
    private final List<Runnable> entered = new ArrayList<>();
    /** Whether trainers have their instruments from frameworks, and not of their own. */
    private boolean given;

    /** What one pair of instruments got; commands are null where no key is trusted. */
    private record Watched(
            Instruments<?> instruments,
            Setup before,
            Setup during,
            Spool spool,
            Sender sender,
            TopicCommandSource commands) {}

    @Override
    public Properties apply(Properties asked, Instrumentation jvm) {
        Thread thread = Thread.currentThread();
        ClassLoader trainers = thread.getContextClassLoader();
        // Threads made here inherit it: who logs in to a broker looks there for Kafka's login modules.
        thread.setContextClassLoader(Attachment.class.getClassLoader());
        try {
            return switch (Request.Action.valueOf(
                    asked.getProperty(Agent.ACTION).toUpperCase(Locale.ROOT))) {
                case ATTACH -> attach(Request.of(asked), jvm);
                case DETACH -> detach();
            };
        } finally {
            thread.setContextClassLoader(trainers);
        }
    }

    private Properties attach(Request request, Instrumentation jvm) {
        if (!watched.isEmpty()) {
            return Request.error("already attached to " + runs() + "; detach first, with --detach");
        }
        given |= LiveInstruments.all().isEmpty();
        if (given) {
            try {
                enter(jvm);
            } catch (IllegalStateException e) {
                leave();
                return Request.error(e.getMessage());
            }
        }
        List<Instruments<?>> all = LiveInstruments.all();
        if (all.isEmpty()) {
            leave();
            return Request.error("the trainer of this JVM has no instruments at the moment"
                    + (frameworks.isEmpty()
                            ? ""
                            : ", and no framework in it trained a batch within " + TO_LISTEN.toSeconds() + " s")
                    + "; attach while it trains");
        }
        try {
            for (Instruments<?> instruments : all) {
                watched.add(watch(instruments, request));
            }
        } catch (IOException e) {
            detach();
            return Request.error("the spool cannot be opened: " + e.getMessage());
        }
        awaitListening();
        return Request.done(runs());
    }

    /** Trainers of a framework are heard of when a batch of theirs is over. */
    private void enter(Instrumentation jvm) {
        for (Framework framework : frameworks) {
            Optional<Runnable> way = framework.enter(jvm);
            way.ifPresent(entered::add);
        }
        long deadline = System.nanoTime() + TO_LISTEN.toNanos();
        while (!entered.isEmpty() && LiveInstruments.all().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void leave() {
        entered.forEach(Runnable::run);
        entered.clear();
    }

    /** Who is told that it is attached may give commands at once: those given earlier than that would not be heard. */
    private void awaitListening() {
        long deadline = System.nanoTime() + TO_LISTEN.toNanos();
        for (Watched one : watched) {
            while (one.commands != null
                    && !one.commands.listening()
                    && one.commands.trouble().isEmpty()
                    && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static Watched watch(Instruments<?> instruments, Request request) throws IOException {
        Spool spool = new Spool(request.spool(), instruments.origin().writer(), SPOOL_BYTES);
        Sender sender = new Sender(spool, request.topics());
        sender.connect(request.connection());
        Setup before = instruments.setup();
        TopicCommandSource commands = commands(instruments, request);
        Setup during = Probes.setup(spool, request.pack())
                .with(commands == null ? before.commands() : commands, Probes.CATALOGUE);
        instruments.setUp(during);
        return new Watched(instruments, before, during, spool, sender, commands);
    }

    private static TopicCommandSource commands(Instruments<?> instruments, Request request) {
        List<Keys.Trusted> keys =
                request.operators().keys().stream().map(Keys::trusted).toList();
        RunId run = instruments.origin().run();
        // Of several ranks the first takes commands: what is watched closely is watched on one.
        if (keys.isEmpty() || instruments.origin().rank() > 0) {
            return null;
        }
        Gate gate = new Gate(run, keys, request.operators().limits(), Probes::share, InstantSource.system());
        return new TopicCommandSource(request.connection(), request.topics(), run, gate, InstantSource.system());
    }

    private Properties detach() {
        if (watched.isEmpty()) {
            leave();
            return Request.error("nothing is attached to this JVM");
        }
        String runs = runs();
        for (Watched one : watched) {
            // Somebody may have set up something else since; that is then theirs to keep.
            if (one.instruments.setup() == one.during) {
                one.instruments.setUp(one.before);
            }
        }
        long deadline = System.nanoTime() + ONE_STEP.toNanos();
        for (Watched one : watched) {
            while (!one.instruments.settled() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            one.spool.drain(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            if (one.commands != null) {
                one.commands.close();
            }
            one.sender.close();
            one.spool.close();
        }
        watched.clear();
        leave();
        return Request.done(runs);
    }

    private String runs() {
        return watched.stream()
                .map(one -> one.instruments.origin().run().value() + " rank "
                        + one.instruments.origin().rank())
                .collect(Collectors.joining(", "));
    }
}
