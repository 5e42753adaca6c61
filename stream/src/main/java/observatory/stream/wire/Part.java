package observatory.stream.wire;

import observatory.probe.Frame;
import observatory.probe.Telemetry;

/**
 * An item, or one of the records a large frame travels in. Parts are numbered from 0, all have the sequence number of
 * their frame, and each has some of its sites; the first also has its scalars.
 */
public record Part(Telemetry item, int part, int parts) {
    public Part {
        if (parts < 1 || parts > Wire.PARTS || part < 0 || part >= parts) {
            throw new IllegalArgumentException(
                    "a frame has 1 to " + Wire.PARTS + " parts, numbered from 0: part=" + part + ", parts=" + parts);
        }
        if (parts > 1 && !(item instanceof Frame)) {
            throw new IllegalArgumentException("only frames travel in parts: parts=" + parts);
        }
    }

    static Part whole(Telemetry item) {
        return new Part(item, 0, 1);
    }
}
