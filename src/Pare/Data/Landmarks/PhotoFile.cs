namespace Pare.Data.Landmarks;

/// <summary>A photo of a set, which several faces may share; kept decoded where the set's memory allows.</summary>
internal sealed class PhotoFile(FileSet files, int index, ImageDecoder decode)
{
    private static readonly PictureGeometry Whole = new();

    private Picture? _kept;

    public string Name => files.NameOf(index);

    public Picture Picture() => _kept ?? Decode();

    /// <summary>Decodes the photo and keeps it if asked to.</summary>
    /// <exception cref="BadInputException">The photo is broken or empty.</exception>
    public PictureSize Check(Func<Picture, bool> keeps)
    {
        var picture = Decode();
        if (keeps(picture)) _kept = picture;
        return picture.Size;
    }

    private Picture Decode()
    {
        try
        {
            var picture = decode(files.Read(index), Whole);
            return picture.Width > 0 && picture.Height > 0 ? picture : throw new BadInputException($"is empty ({picture.Size})");
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"photo '{Name}' {e.Message}", e);
        }
    }
}
