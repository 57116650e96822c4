using Pare.Onnx.Wire;

namespace Pare.Onnx.Spec;

/// <summary>Sparse initializers pass through unread; their names count as defined (onnx.proto: GraphProto 15, SparseTensorProto 1, TensorProto 8).</summary>
internal static class SparseInitializers
{
    public static IEnumerable<string> Names(Graph graph)
    {
        var names = new List<string>();
        var reader = new WireReader(graph.Rest);
        while (reader.Next())
        {
            if (reader.Field != 15) continue;
            var sparse = reader.Message;
            while (sparse.Next())
            {
                if (sparse.Field != 1) continue;
                var values = sparse.Message;
                while (values.Next())
                    if (values.Field == 8) names.Add(values.Text);
            }
        }
        return names;
    }
}
