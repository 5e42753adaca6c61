package observatory.bench;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encoding and decoding of one frame with five metrics at each site. Values per second are five
 * times the sites times the score; bytes per second are printed by {@code observatory bench stream}.
 * Run {@code org.openjdk.jmh.Main CodecBench}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBench {
    @Param({"100", "2000"})
    int sites;

    private Frame frame;
    private byte[] smile;
    private byte[] json;

    @Setup
    public void make() {
        int[] at = IntStream.range(0, sites).toArray();
        List<Column> columns = IntStream.range(0, 5)
                .mapToObj(metric -> new Column(
                        "metric" + metric,
                        at,
                        IntStream.of(at)
                                .mapToDouble(i -> Math.sin(metric * 3.0 + i))
                                .toArray()))
                .toList();
        List<Site> places =
                IntStream.of(at).mapToObj(i -> Site.of(Hook.RESIDUAL, i)).toList();
        Origin origin = new Origin(new RunId("bench"), 0, new UUID(0, 1), 0);
        Scalars scalars = new Scalars.Builder().put(Scalars.LOSS, 2.5).build();
        frame = new Frame(origin, 1, 1, Instant.EPOCH, scalars, new Sites(places, columns), Optional.empty());
        smile = Codec.smile(frame);
        json = Codec.json(frame);
    }

    @Benchmark
    public byte[] encodeSmile() {
        return Codec.smile(frame);
    }

    @Benchmark
    public byte[] encodeJson() {
        return Codec.json(frame);
    }

    @Benchmark
    public Telemetry decodeSmile() throws CodecException {
        return Codec.decode(smile);
    }

    @Benchmark
    public Telemetry decodeJson() throws CodecException {
        return Codec.decode(json);
    }
}
