package observatory.stream.spool;

import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.serialization.Serializer;

/** Hands bytes to a producer as they are, and so hears from it which cluster it talks to: clients tell nobody else. */
final class ClusterId implements Serializer<byte[]>, ClusterResourceListener {
    private volatile String id = "";

    /** The id by which the cluster knows itself; empty before it has answered. */
    String get() {
        return id;
    }

    @Override
    public void onUpdate(ClusterResource cluster) {
        id = cluster.clusterId() == null ? "" : cluster.clusterId();
    }

    @Override
    public byte[] serialize(String topic, byte[] data) {
        return data;
    }
}
