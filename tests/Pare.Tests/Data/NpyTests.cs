using System.Text;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class NpyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Examples_that_are_no_numbers_are_named()
    {
        var path = _folder.WriteZip("d.npz", ("x.npy", Npy("<f4", "(2, 2)", Bytes(1f, 2f, float.NaN, 4f))), ("y.npy", Npy("<i8", "(2,)", Bytes(0L, 1L))));
        Assert.Contains("holds NaN at 2; finite numbers are needed", Assert.Throws<BadInputException>(() => Fakes.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_a_zip_holds_twice_is_named()
    {
        var path = _folder.WriteZip("d.npz", ("x.npy", Npy("<f4", "(1,)", Bytes(1f))), ("x.npy", Npy("<f4", "(1,)", Bytes(2f))));
        Assert.Contains("holds 'x.npy' twice", Assert.Throws<BadInputException>(() => NamedArrays.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_an_array_without_labels()
    {
        var data = Fakes.Open(_folder.Write("x.npy", Npy("|u1", "(5, 2, 3)", [.. Enumerable.Range(0, 30).Select(i => (byte)i)])));

        Assert.Equal([1, 2, 3], data.All.Shape);
        Assert.Equal([6f, 7, 8, 9, 10, 11], Fakes.Values(data.All, 1));
        Assert.Equal(-1, data.All.Label(0));
        Assert.Empty(data.All.Classes);
    }

    [Theory]
    [InlineData("x", "y")]
    [InlineData("data", "labels")]
    [InlineData("images", "labels")]
    public void Reads_examples_and_labels_by_the_usual_names(string examples, string labels)
    {
        var path = _folder.WriteZip("d.npz", ($"{examples}.npy", Npy("<f4", "(4, 2)", Bytes(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8.5f))), ($"{labels}.npy", Npy("<i8", "(4,)", Bytes(0L, 2L, 1L, 0L))));

        var data = Fakes.Open(path);

        Assert.Equal([7f, 8.5f], Fakes.Values(data.All, 3));
        Assert.Equal([0, 2, 1, 0], Enumerable.Range(0, 4).Select(data.All.Label));
        Assert.Equal(["0", "1", "2"], data.All.Classes);
    }

    [Fact]
    public void Reads_a_training_and_a_test_part()
    {
        var path = _folder.WriteZip("d.npz",
            ("x_train.npy", Npy("|u1", "(3, 1, 1)", [1, 2, 3])), ("y_train.npy", Npy("|u1", "(3,)", [0, 1, 0])),
            ("x_test.npy", Npy("|u1", "(1, 1, 1)", [9])), ("y_test.npy", Npy("|u1", "(1, 1)", [1])));

        var data = Fakes.Open(path);

        Assert.True(data.HasOwnTest);
        Assert.Equal(9f, Fakes.Values(data.Test, 0)[0]);
        Assert.Equal(1, data.Test.Label(0));
    }

    [Fact]
    public void Turns_pictures_with_channels_side_by_side_into_planes()
    {
        var data = Fakes.Open(_folder.Write("x.npy", Npy("|u1", "(2, 2, 2, 3)", [.. Enumerable.Range(0, 24).Select(i => (byte)i)])));

        Assert.Equal([3, 2, 2], data.All.Shape);
        Assert.Equal([12f, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23], Fakes.Values(data.All, 1));
    }

    [Theory]
    [InlineData("<f2", "003C00C0", new[] { 1f, -2f })]
    [InlineData(">f4", "3F800000C0000000", new[] { 1f, -2f })]
    [InlineData("<f8", "000000000000F03F00000000000000C0", new[] { 1f, -2f })]
    [InlineData("<i2", "0100FEFF", new[] { 1f, -2f })]
    [InlineData(">i2", "0001FFFE", new[] { 1f, -2f })]
    [InlineData("|i1", "01FE", new[] { 1f, -2f })]
    [InlineData("<u4", "01000000FEFFFFFF", new[] { 1f, 4294967294f })]
    public void Reads_every_type_in_either_byte_order(string type, string bytes, float[] expected)
    {
        var data = Fakes.Open(_folder.Write("x.npy", Npy(type, "(2, 1)", Convert.FromHexString(bytes))));

        Assert.Equal(expected, new[] { Fakes.Values(data.All, 0)[0], Fakes.Values(data.All, 1)[0] });
    }

    [Theory]
    [InlineData("<c8", "(1,)", "False", "values of type 'c8'")]
    [InlineData("|O", "(1,)", "False", "not a NumPy array's")]
    [InlineData("<f4", "(1, 1)", "True", "by columns")]
    [InlineData("<f4", "()", "False", "0 dimensions")]
    [InlineData("<f4", "(1,1,1,1,1,1,1,1,1)", "False", "9 dimensions")]
    [InlineData("<f4", "(-1, 4)", "False", "not a NumPy array's")]
    [InlineData("<f4", "(0, 4)", "False", "at least 1")]
    [InlineData("<f4", "(99999999999,)", "False", "at least 1")]
    [InlineData("<f4", "(65536, 65536)", "False", "at most")]
    [InlineData("<f8", "(1000000, 1000)", "False", "bytes of values, at most")]
    [InlineData("<f4", "(2, 1)", "False", "truncated")]
    [InlineData("|u1", "(3, 1)", "False", "longer than its header")]
    public void Names_what_is_wrong_with_a_header(string type, string shape, string fortran, string message) =>
        Assert.Contains(message, Fakes.Rejection(() => Fakes.Open(_folder.Write("x.npy", Npy(type, shape, new byte[4], fortran)))));

    [Theory]
    [InlineData("", "truncated")]
    [InlineData("93004E554D505901", "not a NumPy array")]
    [InlineData("934E554D50590400", "NumPy format 4.0")]
    [InlineData("934E554D505902000000FF7F", "header of 2147418112 bytes")]
    public void Names_what_is_wrong_before_the_header(string bytes, string message) =>
        Assert.Contains(message, Fakes.Rejection(() => Fakes.Open(_folder.Write("x.npy", Convert.FromHexString(bytes)))));

    [Theory]
    [InlineData("<f4", "(2,)", "0000000000000000", "labels are a list of whole numbers")]
    [InlineData("<i4", "(1, 2)", "0000000000000000", "1 labels")]
    [InlineData("<i4", "(2,)", "00000000FFFFFFFF", "label -1")]
    [InlineData("<i8", "(2,)", "0000000000000000FFFFFFFFFFFFFF7F", "label 9223372036854775807")]
    public void Rejects_labels_that_are_no_classes(string type, string shape, string bytes, string message)
    {
        var path = _folder.WriteZip("d.npz", ("x.npy", Npy("|u1", "(2, 1)", [1, 2])), ("y.npy", Npy(type, shape, Convert.FromHexString(bytes))));

        Assert.Contains(message, Fakes.Rejection(() => Fakes.Open(path)));
    }

    [Fact]
    public void Says_which_names_it_looked_for()
    {
        var path = _folder.WriteZip("d.npz", ("z.npy", Npy("|u1", "(2, 1)", [1, 2])));

        Assert.Contains("has z.npy; examples and labels are looked for as x/y, data/labels", Fakes.Rejection(() => Fakes.Open(path)));
    }

    private static byte[] Npy(string type, string shape, byte[] values, string fortran = "False")
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. values];
    }

    private static byte[] Bytes<T>(params T[] values) where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values).ToArray();
}
