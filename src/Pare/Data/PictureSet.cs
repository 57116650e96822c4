using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Pictures that are decoded whenever they are read.</summary>
internal sealed class PictureSet : IDataset
{
    private readonly FileSet files;
    private readonly int[] indices;
    private readonly int[] labels;
    private readonly PictureGeometry geometry;
    private readonly PictureSize size;
    private readonly ImageDecoder decode;

    private PictureSet(FileSet files, int[] indices, int[] labels, ImmutableArray<string> classes, PictureGeometry geometry, ImageDecoder decode)
    {
        (this.files, this.indices, this.labels, this.geometry, this.decode) = (files, indices, labels, geometry, decode);
        Classes = classes;
        size = geometry.Size ?? (geometry.Resize is { ShortSide: 0 } exact ? exact.Exact : Decode(0).Size);
        Shape = [geometry.ChannelCount, size.Height, size.Width];
    }

    public int Count => indices.Length;

    public ImmutableArray<int> Shape { get; }

    public ImmutableArray<string> Classes { get; }

    private int ExampleBytes => geometry.ChannelCount * size.Width * size.Height;

    /// <summary>Decodes everything at once where it fits into <see cref="DataOptions.CacheBytes"/>, else each picture when it is read.</summary>
    public static IDataset Open(FileSet files, int[] indices, int[] labels, ImmutableArray<string> classes, DataOptions options, ImageDecoder decode)
    {
        var set = new PictureSet(files, indices, labels, classes, options.Geometry, decode);
        var bytes = (long)set.Count * set.ExampleBytes;
        return bytes <= Math.Min(options.CacheBytes, Array.MaxLength) ? set.InMemory(options.Threads) : set;
    }

    public int Label(int index) => labels[index];

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
        return new ByteDataset(pixels, labels, Shape, Classes);
    }

    private void ReadBytes(int index, Span<byte> planes)
    {
        var picture = Decode(index);
        try
        {
            PictureFitting.Fit(picture, size, geometry, planes);
        }
        catch (BadInputException e)
        {
            throw Named(index, e);
        }
    }

    private Picture Decode(int index)
    {
        var file = files.Read(indices[index]);
        try
        {
            return PictureFitting.Resized(decode(file, geometry), geometry);
        }
        catch (BadInputException e)
        {
            throw Named(index, e);
        }
    }

    private BadInputException Named(int index, BadInputException e) => new($"picture '{files.NameOf(indices[index])}' {e.Message}", e);
}
