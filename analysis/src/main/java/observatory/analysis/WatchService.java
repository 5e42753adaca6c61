package observatory.analysis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import observatory.stream.Topics;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Runs {@link Watch} against a broker until it is closed. Several of them, on one machine or many, share the runs. */
public final class WatchService implements AutoCloseable {
    private static final String GROUP = "observatory-watch";

    private final KafkaStreams streams;
    private volatile String trouble = "";

    /** @param folder for local state; a lock keeps two processes out of one */
    public WatchService(String bootstrap, Topics topics, Path folder) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, GROUP);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        // -1: as many replicas as the cluster has by default.
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        this.streams = new KafkaStreams(Watch.topology(topics), settings);
        streams.setUncaughtExceptionHandler(error -> {
            trouble = String.valueOf(error);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.start();
    }

    /** What last went wrong; empty while nothing did. */
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        streams.close(Duration.ofSeconds(3));
    }
}
