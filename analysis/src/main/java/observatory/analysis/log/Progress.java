package observatory.analysis.log;

/** Told how far the reading of a log has come, about once a mebibyte, on the reading thread. */
@FunctionalInterface
public interface Progress {
    Progress NONE = (bytesDone, bytesTotal) -> {};

    void at(long bytesDone, long bytesTotal);
}
