using System.Text;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data.Landmarks;

/// <summary>Damaged files give a set or one line of refusal, nothing else.</summary>
public sealed class CorruptLandmarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Files => new()
    {
        { "a.pts", LandmarkFakes.Pts(LandmarkFakes.Five()) },
        { "t.csv", "image,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4\n" + LandmarkFakes.Csv("a.png", LandmarkFakes.Five()) + LandmarkFakes.Csv("a.png", LandmarkFakes.Five(3)) },
        { "t.xml", LandmarkFakes.Xml(("a.png", LandmarkFakes.Box(LandmarkFakes.Five()) + LandmarkFakes.Box(LandmarkFakes.Five(3)))) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Cut_off_anywhere(string name, string text)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        var bytes = Encoding.UTF8.GetBytes(text);

        for (var length = 0; length < bytes.Length; length++) OpensOrRefuses(name, bytes[..length]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void With_bytes_changed_at_random(string name, string text)
    {
        _folder.Write("a.png", LandmarkFakes.Photo);
        var random = new RandomStream(1);

        for (var run = 0; run < 1500; run++)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var left = 1 + random.Below(3); left > 0; left--) bytes[random.Below(bytes.Length)] = (byte)random.Next();
            OpensOrRefuses(name, bytes);
        }
    }

    private void OpensOrRefuses(string name, byte[] bytes)
    {
        _folder.Write(name, bytes);
        try
        {
            Assert.All(LandmarkFakes.All(LandmarkFakes.Open(_folder.Path, new DataOptions { Threads = 1 })), face => Assert.Equal(10, face.Points.Length));
        }
        catch (BadInputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }
    }
}
