package observatory.analysis.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpectrumReportTest {
    private static final SpectrumReport.Effort EFFORT = new SpectrumReport.Effort(2048, 2);

    @TempDir
    Path folder;

    /** Golden matrix C twice, once with a NaN, and a vector. */
    private Path checkpoint() throws IOException {
        double[] c = Matrices.c();
        String header = """
                {"good":{"dtype":"F64","shape":[300,100],"data_offsets":[0,240000]},\
                "bad":{"dtype":"F64","shape":[300,100],"data_offsets":[240000,480000]},\
                "bias":{"dtype":"F64","shape":[100],"data_offsets":[0,800]}}""";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 480000)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length())
                .put(header.getBytes(StandardCharsets.UTF_8));
        for (double value : c) {
            bytes.putDouble(value);
        }
        for (int i = 0; i < c.length; i++) {
            bytes.putDouble(i == 1234 ? Double.NaN : c[i]);
        }
        return Files.write(folder.resolve("model.safetensors"), bytes.array());
    }

    @Test
    void everyWeightIsMeasuredOrSaidWhyNot() throws IOException {
        SpectrumReport report = SpectrumReport.of(checkpoint(), name -> true, EFFORT, left -> {});
        assertEquals(1, report.layers().size());
        assertEquals(1, report.broken().size());
        assertEquals(1, report.skipped().size());
        JsonNode json = Json.mapper().readTree(SpectrumJson.of(report));
        JsonNode good = json.path("layers").path(0);
        assertEquals(2.62939465186, good.path("weightwatcher").path("alpha").asDouble(), 1e-9);
        assertEquals(
                -0.706630846306,
                good.path("weightwatcher").path("alpha_weighted").asDouble(),
                1e-9);
        assertTrue(good.path("alpha").isNull(), "a tail of 35 is too short to be believed");
        assertEquals(2.62939465186, good.path("fit").path("alpha").asDouble(), 1e-9);
        assertEquals("bias", json.path("skipped").path(0).path("name").asText());
        String table = SpectrumTable.of(report, false);
        assertTrue(table.contains("bad: 1 of 30000 weights are not finite"), table);
        assertTrue(
                table.lines().anyMatch(line -> line.startsWith("good") && line.endsWith("noise of uneven size")),
                table);
        assertTrue(table.contains("0 of 1 weights have directions"), table);
        assertTrue(SpectrumTable.of(report, true).contains("2.629"), table);
    }

    @Test
    void onlyWantedWeightsAreRead() throws IOException {
        SpectrumReport report = SpectrumReport.of(checkpoint(), "good"::equals, EFFORT, left -> {});
        assertEquals(1, report.layers().size());
        assertTrue(report.broken().isEmpty() && report.skipped().isEmpty());
    }

    @Test
    void thePictureShowsPointsFitAndNoise() throws IOException {
        BufferedImage image =
                ImageIO.read(new ByteArrayInputStream(SpectrumChart.png(Matrices.spectrum(Matrices.b(), 300, 100))));
        for (int colour : new int[] {0x0072B2, 0xD55E00, 0x009E73}) {
            long pixels = IntStream.range(0, image.getWidth() * image.getHeight())
                    .filter(i -> new Color(image.getRGB(i % image.getWidth(), i / image.getWidth()))
                            .equals(new Color(colour)))
                    .count();
            assertTrue(pixels > 200, Integer.toHexString(colour) + ": " + pixels);
        }
    }
}
