package observatory.analysis.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Text in UTF-16 with its mark, as PowerShell's {@code >} writes what a program prints, turned into UTF-8. */
final class Utf16 extends InputStream {
    private final Reader in;
    private final char[] chars = new char[1 << 13];
    private byte[] bytes = new byte[0];
    private int at;

    private Utf16(InputStream in, Charset charset) {
        this.in = new InputStreamReader(in, charset);
    }

    /** The same bytes, or what they say in UTF-8 where they begin with the mark of UTF-16. */
    static InputStream plain(InputStream in) throws IOException {
        InputStream marked = in.markSupported() ? in : new BufferedInputStream(in, 1 << 16);
        marked.mark(2);
        byte[] first = marked.readNBytes(2);
        marked.reset();
        boolean little = first.length == 2 && first[0] == (byte) 0xFF && first[1] == (byte) 0xFE;
        boolean big = first.length == 2 && first[0] == (byte) 0xFE && first[1] == (byte) 0xFF;
        if (!little && !big) {
            return marked;
        }
        marked.skipNBytes(2);
        return new Utf16(marked, little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE);
    }

    @Override
    public int read() throws IOException {
        return fill() ? bytes[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, into, from, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (at == bytes.length) {
            int count = in.read(chars);
            if (count < 0) {
                return false;
            }
            bytes = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
            at = 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
