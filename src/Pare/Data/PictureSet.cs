using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Pictures that are decoded whenever they are read.</summary>
internal sealed class PictureSet : IDataset
{
    private readonly FileSet _files;
    private readonly int[] _indices;
    private readonly int[] _labels;
    private readonly PictureGeometry _geometry;
    private readonly PictureSize _size;
    private readonly ImageDecoder _decode;

    private PictureSet(FileSet files, int[] indices, int[] labels, ImmutableArray<string> classes, PictureGeometry geometry, ImageDecoder decode)
    {
        (_files, _indices, _labels, _geometry, _decode) = (files, indices, labels, geometry, decode);
        Classes = classes;
        _size = geometry.Size ?? (geometry.Resize is { ShortSide: 0 } exact ? exact.Exact : Decode(0).Size);
        Shape = [geometry.ChannelCount, _size.Height, _size.Width];
    }

    public int Count => _indices.Length;

    public ImmutableArray<int> Shape { get; }

    public ImmutableArray<string> Classes { get; }

    private int ExampleBytes => _geometry.ChannelCount * _size.Width * _size.Height;

    /// <summary>Decodes everything at once where it fits into <see cref="DataOptions.CacheBytes"/>, else each picture when it is read.</summary>
    public static IDataset Open(FileSet files, int[] indices, int[] labels, ImmutableArray<string> classes, DataOptions options, ImageDecoder decode)
    {
        var set = new PictureSet(files, indices, labels, classes, options.Geometry, decode);
        var bytes = (long)set.Count * set.ExampleBytes;
        return bytes <= Math.Min(options.CacheBytes, Array.MaxLength) ? set.InMemory(options.Threads) : set;
    }

    public int Label(int index) => _labels[index];

    public void Read(int index, Span<float> values)
    {
        var planes = System.Buffers.ArrayPool<byte>.Shared.Rent(ExampleBytes);
        ReadBytes(index, planes.AsSpan(0, ExampleBytes));
        ByteDataset.Widen(planes.AsSpan(0, ExampleBytes), values);
        System.Buffers.ArrayPool<byte>.Shared.Return(planes);
    }

    private ByteDataset InMemory(int threads)
    {
        var pixels = new byte[Count * ExampleBytes];
        Ordered.For(Count, threads, i => ReadBytes(i, pixels.AsSpan(i * ExampleBytes, ExampleBytes)));
        return new ByteDataset(pixels, _labels, Shape, Classes);
    }

    private void ReadBytes(int index, Span<byte> planes)
    {
        var picture = Decode(index);
        try
        {
            PictureFitting.Fit(picture, _size, _geometry, planes);
        }
        catch (BadInputException e)
        {
            throw Named(index, e);
        }
    }

    private Picture Decode(int index)
    {
        var file = _files.Read(_indices[index]);
        try
        {
            return PictureFitting.Resized(_decode(file, _geometry), _geometry);
        }
        catch (BadInputException e)
        {
            throw Named(index, e);
        }
    }

    private BadInputException Named(int index, BadInputException e) => new($"picture '{_files.NameOf(_indices[index])}' {e.Message}", e);
}
