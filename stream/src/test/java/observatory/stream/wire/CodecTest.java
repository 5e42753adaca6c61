package observatory.stream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.RunEvent;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final long SEED = 20261124;

    @Test
    void tenThousandRandomItemsComeBackFromBothEncodings() throws CodecException {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            Telemetry item = RandomTelemetry.next(random);
            assertEquals(item, Codec.decode(Codec.json(item)), "JSON, seed " + SEED + ", item " + i);
            assertEquals(item, Codec.decode(Codec.smile(item)), "Smile, seed " + SEED + ", item " + i);
        }
    }

    @Test
    void cutOrDamagedBytesAreRefusedAndNothingElseHappens() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            Telemetry item = RandomTelemetry.next(random);
            for (byte[] whole : new byte[][] {Codec.json(item), Codec.smile(item)}) {
                for (int length = 0; length < whole.length; length++) {
                    byte[] cut = Arrays.copyOf(whole, length);
                    assertThrows(CodecException.class, () -> Codec.decode(cut), "cut at " + length + ", seed " + SEED);
                }
                for (int round = 0; round < 500; round++) {
                    byte[] damaged = whole.clone();
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                    onlyRefuses(damaged);
                }
            }
        }
        for (int i = 0; i < 5_000; i++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            onlyRefuses(noise);
        }
    }

    @Test
    void theReferenceFormReadsAsDocumented() throws CodecException {
        String document = """
                {"v":1,"type":"frame","run":"demo","incarnation":0,"writer":"00000000-0000-0001-0000-000000000002",
                 "rank":0,"seq":"9007199254740993","step":4,"time":"2026-11-24T12:00:00Z",
                 "scalars":{"loss":"NaN","gradient_norm":-0.0},"a later field":{"is":["passed","over"]},
                 "sites":[{"hook":"residual","layer":2},{"hook":"gradient","layer":0,"parameter":"mlp.up"}],
                 "metrics":{"rms":{"at":[0],"values":[1.5]},"nan":{"values":[0,"Infinity"]}}}""";
        Frame frame = (Frame) Codec.decode(document.getBytes(StandardCharsets.UTF_8));
        assertEquals(9007199254740993L, frame.seq());
        assertTrue(Double.isNaN(frame.scalars().find("loss").orElseThrow()));
        assertEquals(-0.0, frame.scalars().find("gradient_norm").orElseThrow());
        assertEquals("layer 2 residual", frame.sites().sites().getFirst().label());
        assertEquals(
                Double.POSITIVE_INFINITY,
                frame.sites().column("nan").orElseThrow().values()[1]);
    }

    @Test
    void whatStandsAtAHookOfALaterVersionIsPassedOverAndTheRestIsRead() throws CodecException {
        String document = """
                {"v":1,"type":"frame","run":"demo","writer":"00000000-0000-0001-0000-000000000002","seq":0,"step":1,
                 "time":"2026-11-24T12:00:00Z","scalars":{"loss":2.5},
                 "metrics":{"rms":{"values":[1.5,2.5,3.5]},"nan":{"at":[1],"values":[7]},"inf":{"at":[2,1],"values":[8,9]}},
                 "sites":[{"hook":"residual","layer":2},{"hook":"router","layer":0},{"hook":"mlp_out","layer":0}]}""";
        Frame frame = (Frame) Codec.decode(document.getBytes(StandardCharsets.UTF_8));
        assertEquals(
                List.of(Site.of(Hook.RESIDUAL, 2), Site.of(Hook.MLP_OUT, 0)),
                frame.sites().sites());
        assertEquals(
                List.of(
                        new Column("rms", new int[] {0, 1}, new double[] {1.5, 3.5}),
                        new Column("inf", new int[] {1}, new double[] {8})),
                frame.sites().columns());
        assertEquals(2.5, frame.scalars().find("loss").orElseThrow());
        assertEquals(3, frame.scalars().find("values_ignored").orElseThrow(), "and it says how many values");
        assertEquals(
                CodecException.Reason.INVALID,
                refusal(document.replace("[2,1]", "[3,1]")).reason(),
                "a site that is not there is an error still");
    }

    @Test
    void anEventOfALaterVersionIsKeptAndSaidAgainAsItCame() throws CodecException {
        String document = """
                {"details":{"accuracy":"0.61"},"v":1,"type":"event","run":"demo","seq":0,"step":1,"kind":"Evaluation",
                 "writer":"00000000-0000-0001-0000-000000000002","time":"2026-11-24T12:00:00Z"}""";
        RunEvent event = (RunEvent) Codec.decode(document.getBytes(StandardCharsets.UTF_8));
        assertEquals(RunEvent.Kind.OTHER, event.kind());
        assertEquals(Map.of("accuracy", "0.61", "kind", "Evaluation"), event.details());
        String again = new String(Codec.json(event), StandardCharsets.UTF_8);
        assertTrue(again.contains("\"kind\":\"Evaluation\"") && !again.contains("\"kind\":\"other"), again);
        assertEquals(event, Codec.decode(Codec.smile(event)));

        RunEvent disguised =
                RunEvent.of(event.origin(), 0, 1, event.time(), RunEvent.Kind.OTHER, Map.of("kind", "end"));
        assertEquals(disguised, Codec.decode(Codec.json(disguised)), "nothing becomes another kind on its way");
    }

    @Test
    void aRefusalSaysWhy() {
        assertEquals(CodecException.Reason.SCHEMA_TOO_NEW, refusal("{\"v\":2}").reason());
        assertEquals(
                CodecException.Reason.INVALID,
                refusal("{\"v\":1,\"type\":\"frame\"}").reason());
        assertTrue(refusal("{\"v\":1,\"type\":\"frame\"}").getMessage().contains("run"));
        assertEquals(CodecException.Reason.MALFORMED, refusal("loss 2.5").reason());
        assertEquals(
                CodecException.Reason.MALFORMED, refusal("{\"v\":1} {\"v\":1}").reason());
        assertEquals(
                CodecException.Reason.TOO_LARGE,
                refusal("{\"x\":" + "[".repeat(100)).reason());
    }

    private static CodecException refusal(String document) {
        return assertThrows(
                CodecException.class, () -> Codec.decode(document.getBytes(StandardCharsets.UTF_8)), document);
    }

    private static void onlyRefuses(byte[] bytes) {
        try {
            Codec.decode(bytes);
        } catch (CodecException e) {
            assertTrue(e.reason() != null);
        }
    }
}
