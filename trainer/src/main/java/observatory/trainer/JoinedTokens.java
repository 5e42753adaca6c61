package observatory.trainer;

import java.util.Arrays;
import java.util.List;

/** Several runs of tokens one after the other, as the files of one source are. */
final class JoinedTokens implements Tokens {
    private final List<Tokens> parts;
    private final long[] ends;

    JoinedTokens(List<Tokens> parts) {
        this.parts = parts.stream().filter(part -> part.size() > 0).toList();
        this.ends = new long[this.parts.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += this.parts.get(i).size();
            ends[i] = end;
        }
    }

    @Override
    public long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    public void copy(long from, int[] into, int at, int count) {
        if (count == 0) {
            return;
        }
        int found = Arrays.binarySearch(ends, from + 1);
        int part = found < 0 ? -found - 1 : found;
        long start = part == 0 ? 0 : ends[part - 1];
        for (int done = 0; done < count; part++) {
            int here = (int) Math.min(count - done, ends[part] - (from + done));
            parts.get(part).copy(from + done - start, into, at + done, here);
            done += here;
            start = ends[part];
        }
    }
}
