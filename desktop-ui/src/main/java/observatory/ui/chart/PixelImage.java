package observatory.ui.chart;

import java.nio.IntBuffer;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;

/** An image whose pixels are drawn by hand, at the density of the screen it is shown on. */
final class PixelImage extends ImageView {
    private PixelBuffer<IntBuffer> buffer;
    private Raster raster;

    PixelImage() {
        setSmooth(false);
        setMouseTransparent(true);
    }

    /** Pixels for each unit of the screen that a node is on; 1 where it is on none yet. */
    static double density(Node node) {
        return node.getScene() == null || node.getScene().getWindow() == null
                ? 1
                : node.getScene().getWindow().getOutputScaleX();
    }

    /** Draws the image anew at a size in units of the screen. */
    void paint(double width, double height, double scale, Consumer<Raster> painter) {
        int columns = Math.max(1, (int) Math.round(width * scale));
        int rows = Math.max(1, (int) Math.round(height * scale));
        fit(columns, rows, width, height);
        painter.accept(raster);
        buffer.updateBuffer(all -> null);
    }

    /** Shows what was drawn elsewhere. */
    void show(Raster drawn, double width, double height) {
        fit(drawn.width(), drawn.height(), width, height);
        raster.copy(drawn);
        buffer.updateBuffer(all -> null);
    }

    private void fit(int columns, int rows, double width, double height) {
        if (raster == null || raster.width() != columns || raster.height() != rows) {
            IntBuffer pixels = IntBuffer.allocate(columns * rows);
            buffer = new PixelBuffer<>(columns, rows, pixels, PixelFormat.getIntArgbPreInstance());
            raster = new Raster(columns, rows, pixels.array());
            setImage(new WritableImage(buffer));
        }
        setFitWidth(width);
        setFitHeight(height);
    }
}
