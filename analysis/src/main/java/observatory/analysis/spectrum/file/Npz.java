package observatory.analysis.spectrum.file;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads a NumPy archive: a zip of {@code .npy} files, unpacked into memory within limits that stop a zip bomb. */
final class Npz {
    private static final int MOST_ENTRIES = 10_000;
    /** Weights hardly compress; a thousand times smaller is a bomb. Deflate itself ends at 1032. */
    private static final int LARGEST_RATIO = 100;

    private static final int CHUNK = 1 << 20;

    private Npz() {}

    static boolean recognise(Bytes bytes) {
        return bytes.size() > 4
                && bytes.unsignedByte(0) == 'P'
                && bytes.unsignedByte(1) == 'K'
                && bytes.unsignedByte(2) == 3
                && bytes.unsignedByte(3) == 4;
    }

    static List<Tensor> read(Path file, Arena arena) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MOST_ENTRIES) {
                throw new WeightFileException(
                        file, 0, zip.size() + " entries, more than " + MOST_ENTRIES, "give a file of fewer arrays");
            }
            List<Tensor> tensors = new ArrayList<>();
            for (ZipEntry entry : zip.stream().toList()) {
                if (entry.getName().endsWith(".npy")) {
                    String name = entry.getName().substring(0, entry.getName().length() - ".npy".length());
                    Npy.read(new Bytes(file, unpack(file, zip, entry, arena)), name)
                            .ifPresent(tensors::add);
                }
            }
            return tensors;
        } catch (ZipException e) {
            throw new WeightFileException(
                    file, 0, "no zip archive: " + e.getMessage(), "copy the file again, it is cut off or damaged");
        } catch (IOException e) {
            throw new WeightFileException(file, e);
        }
    }

    /** Trusts neither size in the directory: reads at most the unpacked one, and refuses it where it is implausible. */
    private static MemorySegment unpack(Path file, ZipFile zip, ZipEntry entry, Arena arena) throws IOException {
        long size = entry.getSize();
        if (size < 0 || size > LARGEST_RATIO * Math.max(entry.getCompressedSize(), CHUNK)) {
            throw new WeightFileException(
                    file,
                    0,
                    entry.getName() + " unpacks from " + entry.getCompressedSize() + " to " + size + " bytes",
                    "a ratio above " + LARGEST_RATIO + " is refused; save the array unpacked");
        }
        MemorySegment unpacked = arena.allocate(size, Double.BYTES);
        byte[] chunk = new byte[CHUNK];
        long at = 0;
        try (InputStream in = zip.getInputStream(entry)) {
            for (int n = in.read(chunk); n > 0 && at + n <= size; n = in.read(chunk)) {
                MemorySegment.copy(MemorySegment.ofArray(chunk), 0, unpacked, at, n);
                at += n;
            }
        }
        return unpacked.asSlice(0, at);
    }
}
