package observatory.analysis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import observatory.analysis.detector.Settings;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.DeadLetters;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Part;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.Stores;

/**
 * The analysis as a Kafka Streams topology: telemetry in, incidents and watermarks out, one {@link RunWatch} for each
 * run in a store that the broker keeps a copy of. What cannot be read goes to the dead letters with the reason. That a
 * run says nothing, or what nobody can read, is written to the telemetry itself: live and replay see the same.
 */
public final class Watch {
    private static final String STORE = "runs";
    private static final String JUDGE = "judge";
    private static final String INCIDENTS = "incidents";
    private static final String DEAD_LETTERS = "dead-letters";
    private static final String TICKS = "ticks";

    private Watch() {}

    public static Topology topology(Topics topics) {
        return topology(topics, Settings.DEFAULTS);
    }

    public static Topology topology(Topics topics, Settings settings) {
        return topology(topics, settings, new DeadLetterCounts());
    }

    /** @param refused counts what could not be read */
    public static Topology topology(Topics topics, Settings settings, DeadLetterCounts refused) {
        var keys = Serdes.String();
        var values = Serdes.ByteArray();
        return new Topology()
                .addSource("telemetry", keys.deserializer(), values.deserializer(), topics.telemetry())
                .addProcessor(JUDGE, () -> new Judge(settings, refused), "telemetry")
                .addStateStore(
                        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), keys, values)
                                .withCachingEnabled(),
                        JUDGE)
                .addSink(INCIDENTS, topics.incidents(), keys.serializer(), values.serializer(), JUDGE)
                .addSink(TICKS, topics.telemetry(), keys.serializer(), values.serializer(), JUDGE)
                .addSink(DEAD_LETTERS, topics.deadLetters(), keys.serializer(), values.serializer(), JUDGE);
    }

    private static final class Judge implements Processor<String, byte[], String, byte[]> {
        private final Settings settings;
        private final DeadLetterCounts counts;
        private final Remarks remarks = new Remarks();
        private final Silence silence = new Silence();
        private final Refusals refusals = new Refusals();
        private ProcessorContext<String, byte[]> context;
        private RunStore runs;

        private Judge(Settings settings, DeadLetterCounts counts) {
            this.settings = settings;
            this.counts = counts;
        }

        @Override
        public void init(ProcessorContext<String, byte[]> context) {
            this.context = context;
            this.runs = new RunStore(context.getStateStore(STORE), settings);
            runs.silences().forEach(kept -> silence.resume(kept, context.currentSystemTimeMs()));
            context.schedule(Duration.ofMillis(Silence.EVERY_MILLIS), PunctuationType.WALL_CLOCK_TIME, this::tick);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            Part part;
            try {
                part = Codec.decodePart(record.value());
            } catch (CodecException e) {
                refuse(record, e);
                return;
            }
            RunId run = part.item().origin().run();
            RunStore.Live live = runs.of(run);
            live.whole(part).ifPresent(item -> judge(record, live, item));
            runs.applied(run, live, record.value());
            silence.heard(part.item(), context.currentSystemTimeMs());
        }

        private void judge(Record<String, byte[]> record, RunStore.Live live, Telemetry item) {
            RecordMetadata place = context.recordMetadata().orElseThrow();
            for (Judged judged : live.judge(item, place.partition(), place.offset())) {
                context.forward(new Record<>(judged.run().value(), judged.encode(), record.timestamp()), INCIDENTS);
            }
        }

        private void tick(long now) {
            List<RunEvent> said = new ArrayList<>(silence.ticks(remarks, now));
            said.addAll(refusals.due(remarks, silence::last, now));
            for (RunEvent event : said) {
                context.forward(
                        new Record<>(event.origin().run().value(), Codec.smile(event), Math.max(0, now)), TICKS);
            }
            silence.keep(runs::keep);
        }

        private void refuse(Record<String, byte[]> record, CodecException why) {
            counts.add(why.reason());
            if (refusals.keeps(record.key(), why.reason(), context.currentSystemTimeMs())) {
                context.forward(deadLetter(record, why), DEAD_LETTERS);
            }
        }

        private Record<String, byte[]> deadLetter(Record<String, byte[]> record, CodecException why) {
            Record<String, byte[]> letter = new Record<>(record.key(), record.value(), record.timestamp());
            var from = context.recordMetadata();
            DeadLetters.headers(
                            why,
                            from.map(RecordMetadata::topic).orElse(""),
                            from.map(RecordMetadata::partition).orElse(-1),
                            from.map(RecordMetadata::offset).orElse(-1L))
                    .forEach(letter.headers()::add);
            return letter;
        }
    }
}
