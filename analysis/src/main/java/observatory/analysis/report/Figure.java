package observatory.analysis.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * A picture of a report.
 *
 * @param name of its file, without an end
 * @param note what to know about its axis; {@code warning} what is wrong in it; empty where there is nothing
 */
record Figure(String name, String title, String note, String warning, BufferedImage image) {
    byte[] png() {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    // what the template asks for

    String base64() {
        return Base64.getEncoder().encodeToString(png());
    }

    int width() {
        return image.getWidth() / Canvas.SCALE;
    }

    int height() {
        return image.getHeight() / Canvas.SCALE;
    }
}
