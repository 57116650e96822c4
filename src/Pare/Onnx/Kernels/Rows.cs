namespace Pare.Onnx.Kernels;

/// <summary>Walks the rows (innermost axis) of several coalesced views in step.</summary>
internal struct Rows(long[] shape, StridedView[] views)
{
    private readonly long[] _index = new long[shape.Length];
    private readonly long[] _offsets = [.. views.Select(v => v.Offset)];
    private bool _started = shape.Contains(0);

    /// <summary>Where the current row starts in view <paramref name="view"/>.</summary>
    public readonly int Offset(int view) => checked((int)_offsets[view]);

    /// <summary>Elements between neighbours of a row in view <paramref name="view"/>.</summary>
    public readonly int Stride(int view) => checked((int)views[view].Strides[^1]);

    public readonly int Length => checked((int)shape[^1]);

    public bool Next()
    {
        if (!_started) return _started = true;
        if (shape.Contains(0)) return false;
        for (var axis = shape.Length - 2; axis >= 0; axis--)
        {
            for (var v = 0; v < views.Length; v++) _offsets[v] += views[v].Strides[axis];
            if (++_index[axis] < shape[axis]) return true;
            for (var v = 0; v < views.Length; v++) _offsets[v] -= views[v].Strides[axis] * shape[axis];
            _index[axis] = 0;
        }
        return false;
    }
}
